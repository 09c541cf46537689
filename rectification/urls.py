"""Addresses of findings' detail and of tasks."""

from django.urls import path

from rectification.views import finding, photos

app_name = "rectification"
urlpatterns = [
    path("ledger/<uuid:uuid>/", finding.finding, name="finding"),
    path("ledger/<uuid:uuid>/file/", finding.case_file, name="case-file"),
    path("ledger/<uuid:uuid>/<slug:action>/", finding.finding_step, name="finding-step"),
    path("tasks/limits/", finding.limits, name="limits"),
    path("tasks/photos/<int:pk>/discard/", photos.discard, name="discard-photo"),
    path("tasks/photos/<int:pk>/answer/", photos.answer, name="answer-photo"),
    path("tasks/photos/<int:pk>/<slug:variant>/", photos.task_photo, name="task-photo"),
    path("tasks/<int:pk>/<slug:action>/", finding.task_step, name="task-step"),
]
