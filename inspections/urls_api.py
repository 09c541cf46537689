"""The ledger for programs, below /api/v1/. Steps of the workflow (``findings/<uuid>/<action>/``) belong to rectification."""

from django.urls import path, re_path

from inspections.api import views

urlpatterns = [
    path("findings/", views.FindingList.as_view(), name="api-findings"),
    path("findings/<uuid:uuid>/", views.FindingView.as_view(), name="api-finding"),
    re_path(
        r"^findings/(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/photos/(?P<sha256>[0-9a-f]{64})/$",
        views.PhotoView.as_view(),
        name="api-finding-photo",
    ),
    path("problem-types/", views.ProblemTypeList.as_view(), name="api-problem-types"),
    path("grids/", views.GridList.as_view(), name="api-grids"),
]
