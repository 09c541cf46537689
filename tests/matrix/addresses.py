"""Every address of the resolver with the objects of a world filled in; a pattern without an entry here stops the matrix."""

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from common import clock
from rectification.views.mobile import ON_THE_PHONE
from rectification.workflow import FINDING_STEPS, HIDDEN, TASK_STEPS
from tests.matrix import table_air, table_alarms, table_emergency

UNKNOWN = "00000000-0000-4000-8000-000000000000"
PEOPLE = ("person", "person-edit", "person-sign-in", "person-phone", "person-password", "person-second-factor", "person-active")
ORGANISATIONS = ("organisation", "organisation-edit", "organisation-merge", "organisation-close", "grant", "organisation-person")
GRIDS = ("grid", "grid-new", "grid-edit", "grid-move", "grid-merge", "grid-split", "grid-close", "grid-polygon", "appoint", "grid-person")

CONSEQUENCES = ("edit_consequence_rule", "clear_card", "proposal", "edit_money_rule", "drop_line", "clue")
SETTLING = ("settling_of", "settling_air", "propose_settling", "approve_settling", "send_back_settling", "recompute")


def patterns(resolver=None, namespace: str = "") -> dict[str, URLPattern]:
    """URL name (with its namespace) → pattern, over the whole resolver."""
    found = {}
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            found |= patterns(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)
        elif isinstance(each, URLPattern):
            found[f"{namespace}{each.name}"] = each
    return found


def needs_object(pattern: URLPattern) -> bool:
    return bool(pattern.pattern.regex.groups)


def choices(world) -> dict[str, dict[str, dict]]:
    """URL name → variant → arguments. The variant is empty, or the step's name where the address names a step."""
    from scorecards.models import ScoreLine

    finding, task, village = {"uuid": world.near.uuid}, {"pk": world.task.pk}, {"pk": world.district.villages[0].pk}
    line = ScoreLine.objects.filter(scorecard__district=world.district, scorecard__organisation__isnull=False).select_related("scorecard").first()
    card = {"month": line.scorecard.month, "organisation": line.scorecard.organisation_id}
    books, town = {"month": clock.month_of(clock.today())}, world.district.town_a.organisation_id
    photo = finding | {"sha256": world.near.photos.first().sha256}
    single = {
        **table_air.addresses(world),
        **table_alarms.addresses(world),
        **table_emergency.addresses(world),
        "worktime:calendar": {"year": 2026},
        "worktime:import": {"year": 2026},
        "worktime:duty_hours": {"year": 2026},
        "worktime:day": {"year": 2026, "date": "2026-10-01"},
        "notices:open": {"pk": world.notice.pk},
        **{f"notices:robot-{name}": {"pk": world.robot.pk} for name in ("edit", "try", "switch")},
        "scorecards:edit_scheme": {"pk": world.scheme.pk},
        **{f"scorecards:{name}": {"pk": 0} for name in CONSEQUENCES},
        "scorecards:proposal_step": {"pk": 0, "step": "approve"},
        "scorecards:money_step": {"pk": 0, "step": "check"},
        "scorecards:clue_step": {"pk": 0, "step": "accept"},
        "scorecards:clue_paper": {"pk": 0, "file": 0},
        "rectification:backtrace": finding,
        "scorecards:ranking_of": {"month": card["month"]},
        "scorecards:workbook": {"month": card["month"]},
        "scorecards:chart_open": {"month": card["month"]},
        "scorecards:chart_flow": {"month": card["month"], "step": "received"},
        "scorecards:picture": {"month": card["month"]},
        "scorecards:exports": {"month": card["month"]},
        "scorecards:month_sheet": {"month": card["month"], "sheet": "kpi", "form": "csv"},
        **{f"scorecards:{name}": {"pk": world.sheet.pk} for name in ("sheet", "confirm_sheet")},
        "scorecards:file_dispute": {"pk": world.sheet.pk, "row": world.dispute.row},
        **{f"scorecards:{name}": {"pk": world.dispute.pk} for name in ("dispute", "dispute_paper", "withdraw_dispute")},
        **{f"scorecards:{name}": {"pk": world.listed.list_match_id} for name in ("match", "match_file")},
        "scorecards:match_row": {"pk": world.listed.pk},
        "scorecards:card": card,
        "scorecards:rows": card | {"indicator": line.indicator},
        "scorecards:grid_card": {"month": card["month"], "grid": village["pk"]},
        "scorecards:grid_rows": {"month": card["month"], "grid": village["pk"], "indicator": "training"},
        "scorecards:new_appeal": {"card": world.mark.scorecard_id, "event_key": world.mark.event_key},
        **{f"scorecards:{name}": {"pk": world.appeal.pk} for name in ("appeal", "decide_appeal", "withdraw_appeal")},
        "scorecards:appeal_paper": {"pk": world.appeal.pk, "file": world.appeal.evidence.get().pk},
        **{f"scorecards:{name}": {"month": card["month"]} for name in SETTLING},
        **{f"scorecards:{name}": {"pk": world.entry.pk} for name in ("adjustment", "adjustment_paper")},
        "scorecards:what_if": {"month": card["month"]},
        "scorecards:yearly_of": {"year": 2026},
        "scorecards:yearly_workbook": {"year": 2026},
        "api_scorecard_year": {"year": 2026},
        "api_scorecards": {"month": card["month"]},
        "scorecards:accounts_of": {"month": books["month"]},
        "scorecards:accounts_sheet": {"month": books["month"], "form": "csv"},
        "scorecards:account": books | {"organisation": town},
        "scorecards:account_sheet": books | {"organisation": town, "form": "csv"},
        "scorecards:grid_account": books | {"grid": village["pk"]},
        "scorecards:grid_account_sheet": books | {"grid": village["pk"], "form": "csv"},
        "api_accounts": books,
        "api_scorecard_papers": {"month": card["month"]},
        "grids:headquarters-edit": {"pk": world.district.dust.headquarters.organisation_id},
        "grids:field-edit": {"pk": world.district.dust.pk},
        "grids:post-end": {"pk": world.post.pk},
        "grids:post-handover": {"pk": world.post.pk},
        "grids:membership-end": {"pk": world.membership.pk},
        "grids:membership-handover": {"pk": world.membership.pk},
        "grids:handover-end": {"pk": world.handover.pk},
        "grids:hollow-rebut": village | {"kind": "vacant"},
        "grids:course-edit": {"pk": world.course.pk},
        "grids:course-class": {"pk": world.course.pk},
        "grids:question-edit": {"pk": world.question.pk},
        "mobile_training:course": {"pk": world.course.pk},
        "mobile_training:begin": {"pk": world.course.pk},
        "mobile_training:paper": {"pk": world.paper.pk},
        "account_ticket": {"token": "unknown"},
        "grids:person-session-end": {"pk": world.people["town"].pk, "session": 1},
        "sheets:job": {"pk": world.job.pk},
        "sheets:download": {"pk": world.job.pk},
        "inspections:change-view": {"pk": world.view.pk},
        "inspections:edit-problem-type": {"pk": world.near.problem_type_id},
        "inspections:answer-flag": finding,
        **{f"mobile:{name}": {"uuid": UNKNOWN} for name in ("round", "visit", "site")},
        "mobile:sent": finding,
        "mobile:supplement": finding,
        "mobile:repair": {"uuid": world.held.uuid},
        "api-finding": finding,
        "api-finding-photo": photo,
        "api-finding-voice": photo,
        "inspections:voice": photo,
        "api-patrol": {"uuid": UNKNOWN},
        "patrols:round": {"uuid": UNKNOWN},
        "patrols:round-map": {"uuid": UNKNOWN},
        "patrols:hand-over": {"uuid": UNKNOWN},
        "patrols:answer-flag": {"uuid": UNKNOWN},
        "patrols:photo": photo | {"uuid": UNKNOWN, "variant": "320"},
        "patrols:rule": {"pk": 0},
        **{f"patrols:{name}": {"code": "NO-LIST"} for name in ("checklist", "edit-checklist", "switch-checklist")},
        "api-visit": {"uuid": UNKNOWN},
        "api-visit-photo": photo | {"uuid": UNKNOWN},
        "api-task-photo": task | {"sha256": photo["sha256"]},
        "registers:new": {"kind": world.site.kind_id},
        "registers:import": {"kind": world.site.kind_id},
        "registers:kind": {"pk": world.site.kind_id},
        "registers:new-column": {"pk": world.site.kind_id},
        "registers:column": {"pk": world.site.kind_id, "key": "builder"},
        "registers:move-column": {"pk": world.site.kind_id, "key": "builder"},
        "registers:end-post": {"pk": world.site_post.pk},
        "registers:paper": {"pk": world.site_paper.pk},
        **{f"registers:{name}": {"uuid": world.site.uuid} for name in ("edit", "end", "personal", "new-post", "new-paper")},
        "rectification:site": {"uuid": world.site.uuid},
        "api-site": {"uuid": world.site.uuid},
        "rectification:finding": finding,
        "rectification:case-file": finding,
        "rectification:remove-route": {"pk": world.district.routing_rules.first().pk},
        "rectification:discard-photo": {"pk": world.task_photo.pk},
        "rectification:answer-photo": {"pk": world.task_photo.pk},
        "mobile_tasks:task": task,
    }
    single |= {f"grids:{name}": {"pk": world.people["town"].pk} for name in PEOPLE}
    single |= {f"grids:{name}": {"pk": world.district.town_a.organisation_id} for name in ORGANISATIONS}
    single |= {f"grids:{name}": village for name in GRIDS}
    several = {
        **table_alarms.steps(world),
        **table_emergency.several(world),
        "inspections:photo": {variant: photo | {"variant": variant} for variant in ("320", "original")},
        "rectification:task-photo": {variant: {"pk": world.task_photo.pk, "variant": variant} for variant in ("320", "original")},
        "rectification:finding-step": {action: finding | {"action": action} for action in FINDING_STEPS},
        "rectification:task-step": {action: task | {"action": action} for action in TASK_STEPS if action not in HIDDEN},
        "mobile_tasks:step": {action: task | {"action": action} for action in ON_THE_PHONE},
        "api-finding-step": {action: finding | {"action": action} for action in FINDING_STEPS},
        "scorecards:repair_match_row": {action: {"pk": world.listed.pk, "action": action} for action in ("register", "correct", "rematch", "report")},
        "scorecards:answer_adjustment": {action: {"pk": world.entry.pk, "action": action} for action in ("sign", "drop", "revoke")},
        "api-task-step": {action: task | {"action": action} for action in TASK_STEPS},
    }
    return {name: {"": given} for name, given in single.items()} | several


def every(world) -> dict[str, str]:
    """``name`` or ``name variant`` → address. Raises ``LookupError`` naming patterns that nobody has filled in."""
    given, found, unknown = choices(world), {}, []
    for name, pattern in patterns().items():
        if name not in given and needs_object(pattern):
            unknown.append(name)
        for variant, kwargs in given.get(name, {"": {}}).items() if name not in unknown else ():
            found[f"{name} {variant}".strip()] = reverse(name, kwargs=kwargs)
    if unknown:
        raise LookupError(f"tests/matrix/addresses.py does not say which object stands in: {', '.join(unknown)}")
    return found
