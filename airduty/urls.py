"""Every address of the portal. Names, not paths, are used inside the code."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
