"""The part of ``table.py`` about emergencies. In the world an orange warning runs; township A has an order, and so have an enterprise in the first village
and one of township B."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile

import evidence.services
from common import clock
from emergency import defaults
from emergency.models import Decision, Evidence, Forecast, Inspection, Order, ThresholdRule, UnitMeasure
from emergency.services import answers, decisions, lists, problems, rules
from emergency.texts import first_words
from tests.factories.emergency import enterprise
from tests.factories.evidence import photo_bytes

SERVING, FIELD = "auditor sysadmin", "member chief"
READERS, OFFICE = "office director supervision leader", "office director"
OTHERS = "town town_manager other_town dept dept_manager other_dept hq_staff commander other_commander"
STEP = f"403 {SERVING}; 302 *"
"""A step opened as an address leads to the overview."""
CLOSED = "405 *"


def _reading(status: int = 200) -> str:
    """The whole district's readers; others are told who reads."""
    return f"{status} {READERS}; 404 foreign; 403 *"


def _by_office(status: int) -> str:
    return f"{status} {OFFICE}; 404 foreign; 403 *"


NEAR = f"{FIELD} town town_manager {READERS}"
"""Who sees the enterprise of the first village and its order."""


def _near(status: int, who: str) -> str:
    """``who`` may; the others who see it may not, to the rest it is not there."""
    others = " ".join(each for each in NEAR.split() if each not in who.split())
    return f"{status} {who}; 403 {others} {SERVING}; 404 *" if others else f"{status} {who}; 403 {SERVING}; 404 *"


KEPT = "200 director sysadmin; 404 member chief auditor; 403 *"
KEPT_SENT = "400 director sysadmin; 404 member chief auditor; 403 *"
OF_ROW = "200 director sysadmin; 404 member chief auditor foreign; 403 *"
OF_ROW_SENT = "400 director sysadmin; 404 member chief auditor foreign; 403 *"
LISTED = f"404 {FIELD} foreign; 403 {SERVING}"
EMERGENCY = {
    "emergency:overview": {"GET": f"403 {SERVING}; 200 *", "POST": CLOSED},
    "emergency:link": {"GET": "410 *", "POST": "410 *"},
    "emergency:history": {"GET": f"403 {SERVING}; 200 *", "POST": CLOSED},
    "emergency:new": {"GET": f"302 {OFFICE}; 200 foreign; 403 *", "POST": f"302 {OFFICE}; 400 foreign; 403 *"},
    "emergency:episode": {"GET": f"200 {READERS}; 404 foreign; 403 {SERVING}; 302 *", "POST": CLOSED},
    "emergency:decide": {"GET": _by_office(200), "POST": _by_office(400)},
    "emergency:orders": {"GET": f"404 foreign; 403 {SERVING}; 200 *", "POST": CLOSED},
    "emergency:acknowledge_grids": {"GET": STEP, "POST": f"404 foreign; 403 {SERVING}; 302 *"},
    "emergency:export": {"GET": STEP, "POST": _reading()},
    "emergency:review": {"GET": _reading(), "POST": _by_office(400)},
    "emergency:review_paper": {"GET": f"404 {READERS} foreign; 403 *", "POST": CLOSED},
    "emergency:day": {"GET": _reading(), "POST": _by_office(302)},
    "emergency:coverage": {"GET": _reading(), "POST": CLOSED},
    "emergency:unit_report": {
        "GET": f"200 town town_manager {OFFICE}; 404 foreign; 403 *",
        "POST": f"400 town town_manager {OFFICE}; 404 foreign; 403 *",
    },
    "emergency:edit_decision": {"GET": _by_office(302), "POST": _by_office(302)},
    "emergency:approval_paper": {"GET": _reading(), "POST": CLOSED},
    **{f"emergency:decision_step {name}": {"GET": STEP, "POST": _by_office(302)} for name in ("submit", "drop", "publish")},
    **{f"emergency:decision_step {name}": {"GET": STEP, "POST": "302 leader; 404 foreign; 403 *"} for name in ("approve", "send_back")},
    "emergency:order unit": {"GET": f"200 town town_manager {READERS}; 403 {SERVING}; 404 *", "POST": CLOSED},
    "emergency:order enterprise": {"GET": _near(200, NEAR), "POST": CLOSED},
    "emergency:acknowledge": {"GET": STEP, "POST": f"302 town town_manager; 403 {READERS} {SERVING}; 404 *"},
    "emergency:in_force": {"GET": STEP, "POST": f"400 town town_manager; 403 {READERS} {SERVING}; 404 *"},
    "emergency:call": {"GET": STEP, "POST": _near(400, f"town town_manager {OFFICE}")},
    "emergency:send_again": {"GET": STEP, "POST": _near(302, OFFICE)},
    "emergency:inspect": {"GET": STEP, "POST": _near(400, f"{FIELD} town town_manager {OFFICE} supervision")},
    "emergency:file_problem": {"GET": STEP, "POST": _near(400, OFFICE)},
    "emergency:decline": {"GET": STEP, "POST": _near(400, OFFICE)},
    "emergency:refuse_evidence": {"GET": STEP, "POST": _near(302, OFFICE)},
    "emergency:photo": {"GET": _near(200, NEAR), "POST": CLOSED},
    "emergency:inspection_problem": {"GET": STEP, "POST": _near(302, OFFICE)},
    "emergency:lists": {"GET": f"403 {SERVING}; 200 *", "POST": CLOSED},
    "emergency:new_list": {"GET": f"200 {OFFICE} foreign; 403 *", "POST": f"400 {OFFICE} foreign; 403 *"},
    "emergency:list": {"GET": f"{LISTED}; 200 *", "POST": CLOSED},
    "emergency:activate_list": {"GET": STEP, "POST": f"302 director; {LISTED}; 403 *"},
    "emergency:import_list": {"GET": f"302 {OFFICE}; {LISTED}; 403 *", "POST": f"302 {OFFICE}; {LISTED}; 403 *"},
    "emergency:export_list": {"GET": STEP, "POST": f"200 {READERS}; {LISTED}; 403 *"},
    "emergency:new_enterprise": {"GET": f"200 {OFFICE}; {LISTED}; 403 *", "POST": f"400 {OFFICE}; {LISTED}; 403 *"},
    "emergency:enterprise": {"GET": _near(200, NEAR), "POST": CLOSED},
    "emergency:edit_enterprise": {"GET": _near(200, OFFICE), "POST": _near(400, OFFICE)},
    "emergency:contact": {"GET": _near(200, OFFICE), "POST": _near(302, OFFICE)},
    "emergency:plan": {"GET": _near(200, NEAR), "POST": CLOSED},
    "emergency:add_plan": {"GET": STEP, "POST": _near(302, OFFICE)},
    "emergency:measures": {"GET": "404 member chief auditor; 200 *", "POST": CLOSED},
    "emergency:new_measure": {"GET": KEPT, "POST": KEPT_SENT},
    "emergency:measure": {"GET": OF_ROW, "POST": OF_ROW_SENT},
    "emergency:load_defaults": {
        "GET": "302 director sysadmin; 404 member chief auditor; 403 *",
        "POST": "302 director sysadmin; 404 member chief auditor; 403 *",
    },
    "emergency:rule": {"GET": KEPT, "POST": KEPT_SENT},
    "emergency:forecasts": {
        "GET": f"200 {READERS} sysadmin foreign; 404 member chief auditor; 403 *",
        "POST": f"400 {OFFICE} foreign; 404 member chief auditor; 403 *",
    },
    "emergency:forecast": {"GET": f"200 {READERS}; {LISTED}; 403 *", "POST": CLOSED},
    "emergency:new_thresholds": {"GET": KEPT, "POST": KEPT_SENT},
    "emergency:thresholds": {"GET": OF_ROW, "POST": OF_ROW_SENT},
    "api-electricity": {"GET": "401 *", "POST": "401 *"},
}
OPEN = {"emergency:link"}
KEY_IN_ADDRESS = {"emergency:link"}
"""Answered without a token against forgery: the address itself is the key."""


def made(world) -> dict:
    """The warning with all that an address can name."""
    district, people = world.district, world.people
    defaults.load(district)
    found = lists.make(district, year=2026, name="2026年清单", by=people["office"])
    for n, (village, token) in enumerate(((0, "QXNEAR"), (2, "QXFAR"))):
        lists.save_enterprise(enterprise(found, n, grid=district.villages[village], name=f"土方企业{token}"), by=people["office"])
    lists.activate(found, by=people["director"])
    rules.judge(district, text="2026-12-01 212\n2026-12-02 231", source="会商", by=people["office"])
    words = first_words(district, "start", "orange") | {"ends_at": None, "forecast": None, "city_notice": ""}
    step = decisions.draft(district, "start", by=people["office"], **words)
    step = decisions.submit(step, by=people["office"], version=step.version)
    step = decisions.approve(step, by=people["leader"], version=step.version)
    step = decisions.publish(step, by=people["office"], version=step.version)
    _of_the_near_one(step, people)
    return {"list": found, "decision": step}


def _of_the_near_one(step: Decision, people: dict) -> None:
    order = Order.objects.get(decision=step, enterprise__name="土方企业QXNEAR")
    answers.put_in_force(order, kind="photo", way="link", text="停QXNEAR", photos=[SimpleUploadedFile("a.jpg", photo_bytes(4711, size=(320, 240)))])
    problems.inspect(order, by=people["supervision"], seen="not", text="未停QXNEAR")
    paper = evidence.services.store_file(io.BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"), name="一厂一策.pdf", by=people["office"])
    lists.add_plan(order.enterprise, paper, by=people["office"])


def addresses(world) -> dict:
    step, found = world.emergency["decision"], world.emergency["list"]
    episode, near = {"pk": step.episode_id}, Order.objects.get(decision=step, enterprise__name="土方企业QXNEAR")
    town = world.district.town_a.organisation_id
    unit = Order.objects.get(decision=step, party="unit", organisation=town)
    day = episode | {"day": clock.today().isoformat()}
    return {
        "emergency:link": {"token": "unknown"},
        **{f"emergency:{name}": episode for name in ("episode", "orders", "export", "review", "review_paper")},
        "emergency:decide": episode | {"kind": "lift"},
        **{f"emergency:{name}": day for name in ("day", "coverage")},
        "emergency:unit_report": day | {"unit": town},
        **{f"emergency:{name}": {"pk": step.pk} for name in ("edit_decision", "approval_paper", "acknowledge_grids")},
        **{f"emergency:{name}": {"pk": unit.pk} for name in ("acknowledge", "in_force")},
        **{f"emergency:{name}": {"pk": near.pk} for name in ("call", "send_again", "inspect", "file_problem", "decline")},
        "emergency:refuse_evidence": {"pk": Evidence.objects.get(order=near).pk},
        "emergency:photo": {"pk": Evidence.objects.get(order=near).pk, "variant": "320"},
        "emergency:inspection_problem": {"pk": Inspection.objects.get(order=near).pk},
        **{f"emergency:{name}": {"pk": found.pk} for name in ("list", "activate_list", "import_list", "export_list", "new_enterprise")},
        **{f"emergency:{name}": {"pk": near.enterprise_id} for name in ("enterprise", "edit_enterprise", "contact", "plan", "add_plan")},
        "emergency:measure": {"pk": UnitMeasure.objects.filter(district=world.district).first().pk},
        "emergency:forecast": {"pk": Forecast.objects.get(district=world.district).pk},
        "emergency:thresholds": {"pk": ThresholdRule.objects.filter(district=world.district).first().pk},
    }


def several(world) -> dict:
    step = world.emergency["decision"]
    near = Order.objects.get(decision=step, enterprise__name="土方企业QXNEAR")
    unit = Order.objects.get(decision=step, party="unit", organisation=world.district.town_a.organisation_id)
    return {
        "emergency:decision_step": {name: {"pk": step.pk, "action": name} for name in ("submit", "approve", "send_back", "drop", "publish")},
        "emergency:order": {"unit": {"pk": unit.pk}, "enterprise": {"pk": near.pk}},
    }
