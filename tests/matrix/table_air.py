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


def addresses(world) -> dict[str, dict]:
    """URL name → its arguments, of those that name a row."""
    return {
        "airquality:station": {"pk": world.station.pk},
        "airquality:edit_station": {"pk": world.station.pk},
        "airquality:ranking_sheet": {"form": "csv"},
        **{f"airquality:{name}_target": {"pk": world.air_target.pk} for name in ("edit", "remove")},
        "airquality:edit_rule": {"pk": world.air_rule.pk},
        "airquality:restore_day": {"pk": world.air_day.pk},
        **{f"airquality:{name}_device": {"pk": world.device.pk} for name in ("renew", "revoke")},
    }
