"""Pages of alarms, below /alarms/."""

from django.urls import path

from alarms.views import board, detail, devices, settings

app_name = "alarms"
urlpatterns = [
    path("", board.board, name="board"),
    path("rows/", board.board_rows, name="rows"),
    path("map/", board.map_data, name="map"),
    path("outlines/", board.outlines, name="outlines"),
    path("list/", board.alarms, name="list"),
    path("list/export/", board.export, name="export"),
    path("new/", detail.new, name="new"),
    path("pictures/<int:pk>/<slug:variant>/", detail.picture, name="picture"),
    path("photos/<int:pk>/<slug:variant>/", detail.photo, name="photo"),
    path("sources/", devices.source_list, name="sources"),
    path("sources/new/", devices.new_source, name="new-source"),
    path("sources/<int:pk>/", devices.source, name="source"),
    path("sources/<int:pk>/edit/", devices.edit_source, name="edit-source"),
    path("sources/<int:pk>/key/", devices.source_key, name="source-key"),
    path("sources/<int:pk>/test/", devices.source_test, name="source-test"),
    path("duty/", settings.roster, name="duty"),
    path("duty/<int:pk>/remove/", settings.remove_shift, name="remove-shift"),
    path("rules/", settings.alarm_rules, name="rules"),
    path("statistics/", settings.figures, name="statistics"),
    path("<uuid:uuid>/", detail.alarm, name="alarm"),
    path("<uuid:uuid>/<slug:action>/", detail.step, name="step"),
]
