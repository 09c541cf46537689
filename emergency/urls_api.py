from django.urls import path

from emergency.api import ElectricityView

urlpatterns = [path("electricity/", ElectricityView.as_view(), name="api-electricity")]
