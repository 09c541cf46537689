"""The part of ``table.py`` about the air."""

SEEN = {"GET": "403 auditor; 200 *", "POST": "405 *"}
KEPT = {"GET": "200 office keepers foreign; 403 *", "POST": "405 *"}
ENTERED = {"GET": "200 office keepers foreign; 403 *", "POST": "422 office keepers foreign; 403 *"}
EDITED = {"GET": "200 office keepers; 404 auditor foreign; 403 *", "POST": "422 office keepers; 404 auditor foreign; 403 *"}

AIR = {
    "api_readings": {"GET": "401 visitor; 400 *", "POST": "401 *"},
    "airquality:now": SEEN,
    "airquality:day": SEEN,
    "airquality:month": SEEN,
    "airquality:station": {"GET": "404 auditor foreign; 200 *", "POST": "405 *"},
    "airquality:corrections": {"GET": "404 auditor foreign; 200 *", "POST": "405 *"},
    "airquality:ranking": SEEN,
    "airquality:ranking_sheet": SEEN,
    "airquality:years": SEEN,
    "airquality:targets": SEEN,
    "airquality:new_target": ENTERED,
    "airquality:edit_target": EDITED,
    "airquality:remove_target": {"GET": "405 *", "POST": "302 office keepers; 404 auditor foreign; 403 *"},
    "airquality:stations": KEPT,
    "airquality:new_station": ENTERED,
    "airquality:edit_station": EDITED,
    "airquality:rules": KEPT,
    "airquality:new_rule": ENTERED,
    "airquality:edit_rule": EDITED,
    "airquality:excluded": ENTERED,
    "airquality:restore_day": {"GET": "405 *", "POST": "302 office keepers; 404 auditor foreign; 403 *"},
    "airquality:devices": ENTERED,
    "airquality:renew_device": {"GET": "405 *", "POST": "200 office keepers; 404 auditor foreign; 403 *"},
    "airquality:revoke_device": {"GET": "405 *", "POST": "302 office keepers; 404 auditor foreign; 403 *"},
    "airquality:import_readings": ENTERED,
}

OF_ALL = {"GET": "404 auditor foreign; 200 *", "POST": "405 *"}
BY_OFFICE = {"GET": "200 office director; 404 auditor foreign; 403 *", "POST": "422 office director; 404 auditor foreign; 403 *"}
ACTED = {"GET": "405 *", "POST": "302 office director; 404 auditor foreign; 403 *"}

AIR |= {
    "airquality:anomalies": SEEN,
    "airquality:export_anomalies": {"GET": "405 *", "POST": "403 auditor; 200 *"},
    "airquality:dust_spell": {"GET": "405 *", "POST": "422 office director foreign; 403 *"},
    "airquality:anomaly": OF_ALL,
    "airquality:anomaly_map": OF_ALL,
    "airquality:wind": {"GET": "405 *", "POST": "422 office director; 404 auditor foreign; 403 *"},
    "airquality:watch_rules": SEEN,
    "airquality:load_watch_rules": {"GET": "405 *", "POST": "302 keepers; 403 *"},
    "airquality:watch_settings": {"GET": "200 keepers; 403 *", "POST": "422 keepers; 403 *"},
    "airquality:watch_rule": {"GET": "200 keepers; 404 auditor foreign; 403 *", "POST": "422 keepers; 404 auditor foreign; 403 *"},
    "airquality:plans": SEEN,
    "airquality:plan": OF_ALL,
    "airquality:plan_map": OF_ALL,
    "airquality:plan_paper": OF_ALL,
    **{f"airquality:{name}": BY_OFFICE for name in ("edit_plan", "new_plan_paper", "new_measure", "edit_measure", "new_source", "edit_source")},
    **{f"airquality:{name}": BY_OFFICE for name in ("new_visit", "roster", "swap_turn")},
    **{f"airquality:{name}": ACTED for name in ("drop_measure", "drop_source", "copy_roster")},
}
"""Watching stations. Here nobody but the office works at the station; of its squad see ``tests/airquality/test_watch_plans.py``."""


def addresses(world) -> dict[str, dict]:
    """URL name → its arguments, of those that name a row."""
    return {
        **{f"airquality:{name}": {"pk": world.station.pk} for name in ("station", "corrections")},
        "airquality:edit_station": {"pk": world.station.pk},
        "airquality:ranking_sheet": {"form": "csv"},
        **{f"airquality:{name}_target": {"pk": world.air_target.pk} for name in ("edit", "remove")},
        "airquality:edit_rule": {"pk": world.air_rule.pk},
        "airquality:restore_day": {"pk": world.air_day.pk},
        **{f"airquality:{name}": {"pk": world.anomaly.pk} for name in ("anomaly", "anomaly_map", "wind")},
        **{f"airquality:{name}": {"pk": world.station.pk} for name in ("plan", "plan_map", "edit_plan", "roster", "copy_roster")},
        **{f"airquality:new_{name}": {"pk": world.station.pk} for name in ("plan_paper", "measure", "source", "visit")},
        **{f"airquality:{name}": {"pk": world.watched[name].pk} for name in ("watch_rule", "plan_paper", "swap_turn")},
        **{f"airquality:{act}_{name}": {"pk": world.watched[name].pk} for name in ("measure", "source") for act in ("edit", "drop")},
        **{f"airquality:{name}_device": {"pk": world.device.pk} for name in ("renew", "revoke")},
    }
