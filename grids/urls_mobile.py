"""Training on the phone, below /m/training/."""

from django.urls import path

from grids.views import learning

app_name = "mobile_training"
urlpatterns = [
    path("", learning.home, name="home"),
    path("<int:pk>/", learning.course, name="course"),
    path("<int:pk>/begin/", learning.begin, name="begin"),
    path("papers/<int:pk>/", learning.paper, name="paper"),
]
