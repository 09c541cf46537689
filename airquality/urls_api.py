from django.urls import path

from airquality.api import ReadingsView

urlpatterns = [path("readings/", ReadingsView.as_view(), name="api_readings")]
