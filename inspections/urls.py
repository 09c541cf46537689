"""Pages of the ledger, below /ledger/. The page of one finding is ``rectification:finding``."""

from django.urls import path

from inspections.views import keeping, ledger, photos, places, reports, types

app_name = "inspections"
urlpatterns = [
    path("", ledger.ledger, name="ledger"),
    path("counts/", ledger.counts, name="ledger-counts"),
    path("export/", ledger.export, name="ledger-export"),
    path("views/", ledger.save_view, name="save-view"),
    path("views/<int:pk>/", ledger.change_view, name="change-view"),
    path("new/", reports.new, name="new"),
    path("map/", places.ledger_map, name="map"),
    path("map/data/", places.map_data, name="map-data"),
    path("outlines/", places.outlines, name="outlines"),
    path("types/", types.types, name="problem-types"),
    path("types/new/", types.new, name="new-problem-type"),
    path("types/<int:pk>/", types.edit, name="edit-problem-type"),
    path("import/", keeping.import_ledger, name="ledger-import"),
    path("gaps/", keeping.gaps, name="gaps"),
    path("where/", places.where, name="where"),
    path("nearby/", places.nearby, name="nearby"),
    path("<uuid:uuid>/flags/", keeping.answer_flag, name="answer-flag"),
    path("<uuid:uuid>/voices/<str:sha256>/", photos.voice, name="voice"),
    path("<uuid:uuid>/photos/<str:sha256>/<str:variant>/", photos.photo, name="photo"),
]
