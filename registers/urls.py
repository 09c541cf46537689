"""Pages of the registers, below /sites/. The page of one object is ``rectification:site``."""

from django.urls import path

from registers.views import imports, kinds, lists, objects

app_name = "registers"
urlpatterns = [
    path("", lists.sites, name="sites"),
    path("export/", lists.export, name="export"),
    path("map/", lists.sites_map, name="map"),
    path("map/data/", lists.map_data, name="map-data"),
    path("outlines/", lists.outlines, name="outlines"),
    path("qr/", lists.qr_sheet, name="qr"),
    path("new/", objects.choose_kind, name="choose-kind"),
    path("new/<int:kind>/", objects.new, name="new"),
    path("import/<int:kind>/", imports.import_sites, name="import"),
    path("kinds/", kinds.kinds, name="kinds"),
    path("kinds/new/", kinds.new, name="new-kind"),
    path("kinds/<int:pk>/", kinds.edit, name="kind"),
    path("kinds/<int:pk>/columns/new/", kinds.new_column, name="new-column"),
    path("kinds/<int:pk>/columns/<str:key>/", kinds.edit_column, name="column"),
    path("kinds/<int:pk>/columns/<str:key>/move/", kinds.move_column, name="move-column"),
    path("posts/<int:pk>/end/", objects.end_post, name="end-post"),
    path("papers/<int:pk>/", objects.paper, name="paper"),
    path("<uuid:uuid>/edit/", objects.edit, name="edit"),
    path("<uuid:uuid>/end/", objects.end, name="end"),
    path("<uuid:uuid>/personal/", objects.show_personal, name="personal"),
    path("<uuid:uuid>/posts/new/", objects.new_post, name="new-post"),
    path("<uuid:uuid>/papers/new/", objects.new_paper, name="new-paper"),
]
