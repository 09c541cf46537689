"""Every address of the portal. Names, not paths, are used inside the code."""

from django.urls import include, path

from airduty.views import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
]
