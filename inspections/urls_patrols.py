"""Pages of the rounds, below /patrols/."""

from django.urls import path

from inspections.views import patrol_settings, patrols

app_name = "patrols"
urlpatterns = [
    path("", patrols.patrols, name="list"),
    path("export/", patrols.export, name="export"),
    path("grids/", patrols.grids, name="grids"),
    path("rules/", patrol_settings.rules, name="rules"),
    path("rules/new/", patrol_settings.new_rule, name="new-rule"),
    path("rules/<int:pk>/", patrol_settings.rule, name="rule"),
    path("weather/", patrol_settings.weather, name="weather"),
    path("settings/", patrol_settings.field_settings, name="settings"),
    path("checklists/", patrol_settings.checklists, name="checklists"),
    path("checklists/defaults/", patrol_settings.load_defaults, name="load-defaults"),
    path("checklists/<str:code>/", patrol_settings.checklist, name="checklist"),
    path("checklists/<str:code>/edit/", patrol_settings.edit_checklist, name="edit-checklist"),
    path("checklists/<str:code>/switch/", patrol_settings.switch_checklist, name="switch-checklist"),
    path("visits/<uuid:uuid>/flags/", patrols.answer_flag, name="answer-flag"),
    path("visits/<uuid:uuid>/photos/<str:sha256>/<str:variant>/", patrols.photo, name="photo"),
    path("<uuid:uuid>/", patrols.patrol, name="round"),
    path("<uuid:uuid>/map/", patrols.round_map, name="round-map"),
    path("<uuid:uuid>/hand-over/", patrols.hand_over, name="hand-over"),
]
