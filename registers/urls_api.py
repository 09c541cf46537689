"""The registers for programs, below /api/v1/."""

from django.urls import path

from registers import api

urlpatterns = [
    path("sites/", api.SiteList.as_view(), name="api-sites"),
    path("sites/<uuid:uuid>/", api.SiteView.as_view(), name="api-site"),
]
