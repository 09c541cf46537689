from django.urls import path

from airduty.views import audit

app_name = "audit"
urlpatterns = [path("", audit.events, name="events")]
