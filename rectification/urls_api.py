"""The workflow for programs, below /api/v1/."""

from django.urls import path, re_path

from rectification import api

urlpatterns = [
    path("findings/<uuid:uuid>/<slug:action>/", api.FindingStepView.as_view(), name="api-finding-step"),
    path("tasks/", api.TaskList.as_view(), name="api-tasks"),
    re_path(r"^tasks/(?P<pk>\d{1,18})/photos/(?P<sha256>[0-9a-f]{64})/$", api.TaskPhotoView.as_view(), name="api-task-photo"),
    path("tasks/<int:pk>/<slug:action>/", api.TaskStepView.as_view(), name="api-task-step"),
]
