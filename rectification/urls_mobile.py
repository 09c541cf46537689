"""One task on the phone, below /m/tasks/. The list is the field app's own."""

from django.urls import path

from rectification.views import mobile

app_name = "mobile_tasks"
urlpatterns = [
    path("<int:pk>/", mobile.task, name="task"),
    path("<int:pk>/<slug:action>/", mobile.step, name="step"),
]
