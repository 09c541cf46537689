"""Tasks on the phone, below /m/tasks/."""

from django.urls import path

from rectification.views import mobile

app_name = "mobile_tasks"
urlpatterns = [
    path("", mobile.tasks, name="list"),
    path("<int:pk>/", mobile.task, name="task"),
    path("<int:pk>/<slug:action>/", mobile.step, name="step"),
]
