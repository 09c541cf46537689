"""Alarms for devices and programs, below /api/v1/."""

from django.urls import path

from alarms.api import AlarmList
from alarms.api_intake import IntakeView

urlpatterns = [
    path("alarms/", AlarmList.as_view(), name="api-alarms"),
    path("alarms/<slug:source>/", IntakeView.as_view(), name="api-alarm-intake"),
]
