"""Alarms on the phone, below /m/alarms/."""

from django.urls import path

from alarms.views import mobile

app_name = "mobile_alarms"
urlpatterns = [
    path("", mobile.alarms, name="list"),
    path("answer/<str:token>/", mobile.answer, name="answer"),
    path("<uuid:uuid>/", mobile.alarm, name="alarm"),
    path("<uuid:uuid>/<slug:action>/", mobile.step, name="step"),
]
