from django.urls import include, path

from bench import baseline

urlpatterns = [path("bench/insert/", baseline.insert), path("", include("airduty.urls"))]
