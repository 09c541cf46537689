"""Below ``/air/watch/``: anomalies, rules, each station's plan."""

from django.urls import path

from airquality.views import watch, watch_duty, watch_plans, watch_rules

urlpatterns = [
    path("", watch.anomalies, name="anomalies"),
    path("export/", watch.export, name="export_anomalies"),
    path("dust/", watch.dust, name="dust_spell"),
    path("<int:pk>/", watch.anomaly, name="anomaly"),
    path("<int:pk>/map.geojson", watch.anomaly_map, name="anomaly_map"),
    path("<int:pk>/wind/", watch.wind, name="wind"),
    path("rules/", watch_rules.rules, name="watch_rules"),
    path("rules/load/", watch_rules.load, name="load_watch_rules"),
    path("rules/settings/", watch_rules.settings, name="watch_settings"),
    path("rules/<int:pk>/", watch_rules.rule, name="watch_rule"),
    path("plans/", watch_plans.plans, name="plans"),
    path("plans/<int:pk>/", watch_plans.plan, name="plan"),
    path("plans/<int:pk>/map.geojson", watch_plans.plan_map, name="plan_map"),
    path("plans/<int:pk>/edit/", watch_plans.edit, name="edit_plan"),
    path("plans/<int:pk>/papers/new/", watch_plans.new_paper, name="new_plan_paper"),
    path("plans/papers/<int:pk>/", watch_plans.paper, name="plan_paper"),
    path("plans/<int:pk>/measures/new/", watch_plans.new_measure, name="new_measure"),
    path("plans/measures/<int:pk>/", watch_plans.edit_measure, name="edit_measure"),
    path("plans/measures/<int:pk>/drop/", watch_plans.drop_measure, name="drop_measure"),
    path("plans/<int:pk>/sources/new/", watch_plans.new_source, name="new_source"),
    path("plans/sources/<int:pk>/", watch_plans.edit_source, name="edit_source"),
    path("plans/sources/<int:pk>/drop/", watch_plans.drop_source, name="drop_source"),
    path("plans/<int:pk>/visits/new/", watch_plans.new_visit, name="new_visit"),
    path("plans/<int:pk>/roster/", watch_duty.roster, name="roster"),
    path("plans/<int:pk>/roster/copy/", watch_duty.copy, name="copy_roster"),
    path("plans/turns/<int:pk>/swap/", watch_duty.swap, name="swap_turn"),
]
