"""By the clock: who has something left to do before a month can be settled. Nothing is proposed or approved by itself; safe to run twice."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock
from common.apart import Apart
from grids import people
from grids.models import Grid
from grids.roles import OFFICE
from notices import services as notices
from scorecards.models import Appeal, Scorecard
from scorecards.services import appeals
from scorecards.services.closing import CHANNELS, checklist, settlement_of
from scorecards.services.settling import LEADERS, settling_on
from scorecards.words import SettlementState, month_words
from worktime import services as worktime

MORNING = dt.time(9)


def scan(*, now: dt.datetime) -> int:
    """Once on each working day from nine on; how many notices are new."""
    today = clock.beijing(now).date()
    if not worktime.is_workday(today) or now < clock.at(today, MORNING):
        return 0
    with Apart("scorecards.watch_settling") as each:
        undecided = each(_undecided(today), lambda one: _remind(*one, today=today))
        unsettled = each(Grid.objects.districts().order_by("pk"), lambda district: _unsettled(district, today))
        return sum(undecided) + sum(unsettled)


def _undecided(today: dt.date) -> list[tuple[User, int, list[Appeal]]]:
    """Person, district and the appeals filed before today that wait for this person."""
    waiting: dict[tuple[int, int], list[Appeal]] = {}
    persons: dict[int, User] = {}
    filed = Appeal.objects.undecided().filter(filed_at__lt=clock.at(today)).select_related("scorecard__organisation").order_by("pk")
    for appeal in filed:
        for person in appeals.deciders(appeal):
            persons[person.pk] = person
            waiting.setdefault((person.pk, appeal.district_id), []).append(appeal)
    return [(persons[person], district, found) for (person, district), found in waiting.items()]


def _remind(person: User, district_id: int, found: list[Appeal], *, today: dt.date) -> int:
    return notices.queue(
        to=[person],
        title=lambda: _("有 %(count)s 件申诉等待您裁定") % {"count": len(found)},
        body=lambda: _("最早的一件提出于%(day)s。结账前须全部裁定。") % {"day": f"{clock.beijing(found[0].filed_at):%Y-%m-%d}"},
        url=f"{reverse('scorecards:appeals')}?state=open",
        dedup_key=f"appeals:waiting:{district_id}:{today}",
        kind="scorecards.appeal",
        channels=CHANNELS,
        district_id=district_id,
    )


def _unsettled(district: Grid, today: dt.date) -> int:
    """Last month from its settling day on: what stands in the way, that it can be proposed, or that the approval is due."""
    month = clock.previous_month(today)
    if today < settling_on(district.pk, month) or not Scorecard.objects.filter(district=district, month=month).exists():
        return 0
    settlement = settlement_of(district, month)
    if settlement.state == SettlementState.SETTLED:
        return 0
    if settlement.state == SettlementState.PROPOSED:
        told = [person for person in people.with_role(district, LEADERS) if person.pk != settlement.proposed_by_id]
        return _tell(district, month, today, to=told, title=lambda: _("%(month)s结账等待批准") % {"month": month_words(month)})
    told = list(people.with_role(district, OFFICE | LEADERS))
    return _tell(
        district,
        month,
        today,
        to=told,
        title=lambda: _("%(month)s已到结账日，尚未结账") % {"month": month_words(month)},
        body=lambda: _still(district, month),
    )


def _still(district: Grid, month: str) -> str:
    """In the reader's language."""
    stopping = [item for item in checklist(district, month) if item.is_met is False]
    if not stopping:
        return _("各项已齐备，请攻坚办提请结账。")
    return _("；").join(_("%(label)s：%(words)s") % {"label": item.label, "words": item.words} for item in stopping)


def _tell(district: Grid, month: str, today: dt.date, *, to, title, body="") -> int:
    return notices.queue(
        to=to,
        title=title,
        body=body,
        url=reverse("scorecards:settling_of", args=[month]),
        dedup_key=f"settling:{district.pk}:{month}:{today}",
        kind="scorecards.settling",
        channels=CHANNELS,
        district_id=district.pk,
    )
