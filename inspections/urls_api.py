"""The ledger for programs, below /api/v1/. Steps of the workflow (``findings/<uuid>/<action>/``) belong to rectification."""

from django.urls import path, re_path

from inspections.api import field, rounds, uploads, views

UUID = r"(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
SHA256 = r"(?P<sha256>[0-9a-f]{64})"

urlpatterns = [
    path("findings/", views.FindingList.as_view(), name="api-findings"),
    path("findings/<uuid:uuid>/", views.FindingView.as_view(), name="api-finding"),
    re_path(rf"^findings/{UUID}/photos/{SHA256}/$", uploads.PhotoView.as_view(), name="api-finding-photo"),
    re_path(rf"^findings/{UUID}/voices/{SHA256}/$", uploads.VoiceView.as_view(), name="api-finding-voice"),
    path("field/bundle/", field.BundleView.as_view(), name="api-field-bundle"),
    path("patrols/<uuid:uuid>/", rounds.PatrolView.as_view(), name="api-patrol"),
    path("visits/<uuid:uuid>/", rounds.VisitView.as_view(), name="api-visit"),
    re_path(rf"^visits/{UUID}/photos/{SHA256}/$", uploads.VisitPhotoView.as_view(), name="api-visit-photo"),
    path("problem-types/", views.ProblemTypeList.as_view(), name="api-problem-types"),
    path("grids/", views.GridList.as_view(), name="api-grids"),
]
