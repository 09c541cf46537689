"""Addresses of findings' detail and of tasks."""

from django.urls import path

from rectification import views

app_name = "rectification"
urlpatterns = [
    path("ledger/<uuid:uuid>/", views.finding, name="finding"),
]
