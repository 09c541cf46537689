from django.urls import include, path

from airquality.views import devices, importing, now, periods, ranking, rules, stations, targets

app_name = "airquality"
urlpatterns = [
    path("watch/", include("airquality.urls_watch")),
    path("", now.now, name="now"),
    path("day/", periods.day, name="day"),
    path("month/", periods.month, name="month"),
    path("stations/<int:pk>/", stations.station, name="station"),
    path("stations/<int:pk>/corrections/", stations.corrections, name="corrections"),
    path("ranking/", ranking.ranking, name="ranking"),
    path("ranking/ranking.<str:form>", ranking.sheet, name="ranking_sheet"),
    path("years/", periods.years, name="years"),
    path("targets/", targets.targets, name="targets"),
    path("targets/new/", targets.new, name="new_target"),
    path("targets/<int:pk>/", targets.edit, name="edit_target"),
    path("targets/<int:pk>/remove/", targets.remove, name="remove_target"),
    path("settings/", stations.stations, name="stations"),
    path("settings/stations/new/", stations.new, name="new_station"),
    path("settings/stations/<int:pk>/", stations.edit, name="edit_station"),
    path("settings/rules/", rules.rules, name="rules"),
    path("settings/rules/new/", rules.new, name="new_rule"),
    path("settings/rules/<int:pk>/", rules.edit, name="edit_rule"),
    path("settings/excluded/", rules.excluded, name="excluded"),
    path("settings/excluded/<int:pk>/restore/", rules.restore, name="restore_day"),
    path("settings/devices/", devices.devices, name="devices"),
    path("settings/devices/<int:pk>/renew/", devices.renew, name="renew_device"),
    path("settings/devices/<int:pk>/revoke/", devices.revoke, name="revoke_device"),
    path("settings/import/", importing.import_readings, name="import_readings"),
]
