"""What the pages of a running episode show: counts that are filters, clocks, what waits for whom."""

import datetime as dt
from dataclasses import dataclass, replace
from itertools import pairwise

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import clock
from emergency import coverage
from emergency.models import DailyReport, Decision, Episode, Order, rule_of
from emergency.words import ORDER, UNDECIDED, Colour, DecisionKind, DecisionState, EpisodeState, OrderState, Party

CURRENT = ~Q(state=OrderState.SUPERSEDED)


def boxes(now) -> dict[str, tuple[str, Q]]:
    """Filters of the orders that are also their counts."""
    waiting = Q(state__in=(OrderState.ISSUED, OrderState.ACKNOWLEDGED))
    return {
        "": (pgettext("orders", "现行"), CURRENT),
        "unanswered": (_("未签收"), Q(state=OrderState.ISSUED)),
        "late": (pgettext("emergency", "逾期未签收"), Q(state=OrderState.ISSUED, ack_due_at__lt=now)),
        "waiting": (_("待落实"), waiting & Q(force_due_at__isnull=False)),
        "overdue": (_("逾期未落实"), waiting & Q(force_due_at__lt=now)),
        "proposed": (_("待立案"), Q(proposed_at__isnull=False, finding=None, declined_note="", in_force_at=None) & waiting),
        "in_force": (_("已落实"), Q(state=OrderState.IN_FORCE)),
        "problems": (_("已立案"), Q(finding__isnull=False)),
        "all": (_("全部"), Q()),
    }


def counts(orders, now) -> dict[str, int]:
    """One query."""
    return orders.order_by().aggregate(**{name or "current": Count("pk", filter=condition) for name, (_label, condition) in boxes(now).items()})


@dataclass(frozen=True)
class Group:
    """Parties of one sort: how many have received and put in force."""

    party: str
    label: str
    is_lift: bool
    level: str
    total: int
    acknowledged: int
    in_force: int
    late: int
    overdue: int
    must: int


def groups(orders, now) -> list[Group]:
    """Enterprises, units and grids of the current orders, of two steps each for itself; one query."""
    waiting = Q(state__in=(OrderState.ISSUED, OrderState.ACKNOWLEDGED))
    rows = orders.filter(CURRENT).values("party", "is_lift", "level").order_by("party").annotate(
        total=Count("pk"), acknowledged=Count("pk", filter=Q(acknowledged_at__isnull=False)), in_force=Count("pk", filter=Q(in_force_at__isnull=False)),
        late=Count("pk", filter=Q(state=OrderState.ISSUED, ack_due_at__lt=now)), overdue=Count("pk", filter=waiting & Q(force_due_at__lt=now)),
        must=Count("pk", filter=Q(force_due_at__isnull=False)),
    )  # fmt: skip
    order = (Party.ENTERPRISE, Party.UNIT, Party.GRID)
    found = sorted(rows, key=lambda row: (row["is_lift"], ORDER.index(row["level"]), order.index(row["party"])))
    several = len({row["level"] for row in found if not row["is_lift"]}) > 1
    return [Group(label=_label(Party(row["party"]), row["is_lift"], row["level"] if several else ""), **row) for row in found]


def _label(party: Party, is_lift: bool, level: str) -> str:
    if is_lift:
        return _("%(party)s（解除令）") % {"party": party.label}
    return _("%(party)s（%(level)s）") % {"party": party.label, "level": Colour(level).label} if level else str(party.label)


def current_orders(episode: Episode):
    """Those of the step that is in force, or of the lift."""
    return Order.objects.filter(CURRENT, episode=episode)


def open_decision(episode: Episode | None) -> Decision | None:
    return episode.decisions.filter(state__in=UNDECIDED).select_related("episode").first() if episode else None


@dataclass(frozen=True)
class Ahead:
    """A step that is still to begin, and the one that it will replace."""

    step: Decision
    before: Decision


@dataclass(frozen=True)
class Steps:
    """What a running episode goes by now, and the steps that are published and still to begin. Both empty before it begins."""

    in_force: Decision | None = None
    ahead: tuple[Ahead, ...] = ()


def steps(episode: Episode | None) -> Steps:
    if episode is None or (found := episode.step_in_force()) is None:
        return Steps()
    later = list(episode.decisions.filter(state=DecisionState.PUBLISHED, pk__gt=found.pk).exclude(kind=DecisionKind.LIFT))
    coming = [step for n, step in enumerate(later, 1) if all(step.begins_at < other.begins_at for other in later[n:])]
    return Steps(found, tuple(Ahead(step, before) for before, step in pairwise([found, *coming])))


def way(episode: Episode, decision: Decision | None, now) -> list[dict]:
    """The ten steps of domain 8.3 and how far they are."""
    lifted = episode.state in (EpisodeState.LIFTED, EpisodeState.REVIEWED)
    published = episode.starts_at is not None
    orders = current_orders(episode).filter(is_lift=False) if not lifted else Order.objects.filter(episode=episode, is_lift=False)
    waiting = orders.filter(state=OrderState.ISSUED).exists()
    forcing = orders.filter(state__in=(OrderState.ISSUED, OrderState.ACKNOWLEDGED), force_due_at__isnull=False).exists()
    day = clock.beijing(now).date()
    approved = published or (decision is not None and decision.state == DecisionState.APPROVED)
    looked = published and coverage.of_day(episode, day).is_met
    reported = DailyReport.objects.filter(episode=episode).exists()
    facts = [
        (_("接收"), True),
        (pgettext("emergency", "审批"), approved),
        (_("发布"), published),
        (_("下达指令"), published),
        (pgettext("emergency", "签收"), published and (lifted or not waiting)),
        (_("落实"), published and (lifted or not forcing)),
        (_("检查"), lifted or looked),
        (_("日报"), reported),
        (_("解除"), lifted),
        (_("总结"), episode.state == EpisodeState.REVIEWED),
    ]
    first = next((n for n, (_label, is_past) in enumerate(facts) if not is_past), len(facts))
    return [{"label": label, "state": "past" if is_past else "now" if n == first else ""} for n, (label, is_past) in enumerate(facts)]


@dataclass(frozen=True)
class ClockLine:
    """One limit of the episode. ``done_at`` empty: it runs."""

    title: str
    begun_at: dt.datetime
    due_at: dt.datetime
    done_at: dt.datetime | None
    text: str
    url: str = ""

    @property
    def percent(self) -> int:
        used = ((self.done_at or clock.now()) - self.begun_at).total_seconds()
        return max(0, min(100, round(100 * used / max(1, (self.due_at - self.begun_at).total_seconds()))))

    @property
    def tone(self) -> str:
        if self.done_at:
            return "late" if self.done_at > self.due_at else "done"
        return "late" if clock.now() > self.due_at else "soon" if self.percent > 70 else ""


def clocks(episode: Episode, decision: Decision | None, orders) -> list[ClockLine]:
    """The limits that run now: of the office and the leaders before publishing, of everybody after it. ``orders``: those the person sees."""
    if decision is not None:
        return _before(decision, rule_of(episode.district_id))
    if episode.state != EpisodeState.RUNNING:
        return []
    current = orders.filter(CURRENT, is_lift=False)
    levels = list(current.order_by("decision").values_list("decision", "level").distinct())
    url = f"{episode.get_absolute_url()}orders/"
    found = [line for step, level in levels for line in _of_step(current.filter(decision=step), Colour(level) if len(levels) > 1 else None, url)]
    return found + _daily(episode)


def _daily(episode: Episode) -> list[ClockLine]:
    """The district's report of today, from when the response began or the day did."""
    today = clock.today()
    if episode.starts_at is None or episode.starts_at > clock.now():
        return []
    hour = rule_of(episode.district_id).report_hour
    begun, due = max(episode.starts_at, clock.at(today)), clock.at(today, dt.time(hour))
    sent = DailyReport.objects.filter(episode=episode, day=today).values_list("sent_at", flat=True).first()
    return [ClockLine(_("日报"), begun, due, sent, _("每日%(hour)d时前报送") % {"hour": hour})]


def _of_step(orders, level: Colour | None, url: str) -> list[ClockLine]:
    """``level``: where two steps stand side by side, each with its own limits."""
    last = orders.order_by("-issued_at").first()
    forced = orders.filter(force_due_at__isnull=False)
    found = [_answers(orders, last, url), *([_forced(forced, last, url)] if forced.exists() else [])]
    if level is None:
        return found
    title = _("%(what)s（%(level)s）")
    return [replace(line, title=title % {"what": line.title, "level": level.label}, url=f"{line.url}&level={level}") for line in found]


def _before(decision: Decision, rule) -> list[ClockLine]:
    entered = ClockLine(
        _("录入"), decision.notified_at, decision.notified_at + dt.timedelta(minutes=rule.enter_minutes), decision.entered_at,
        _("收到市级通知后%(n)s分钟内录入") % {"n": rule.enter_minutes},
    )  # fmt: skip
    found = [entered]
    if decision.submitted_at and decision.approve_due_at:
        found.append(
            ClockLine(
                pgettext("emergency", "审批"),
                decision.submitted_at,
                decision.approve_due_at,
                decision.approved_at,
                _("提请后%(n)s分钟内批准") % {"n": rule.approve_minutes},
            )
        )
    if decision.approved_at and decision.publish_due_at:
        text = _("批准后%(n)s分钟内发布") % {"n": rule.publish_minutes}
        found.append(ClockLine(_("发布"), decision.approved_at, decision.publish_due_at, decision.published_at, text))
    return found


def _answers(orders, last: Order, url: str) -> ClockLine:
    total, left = orders.count(), orders.filter(state=OrderState.ISSUED).count()
    done = None if left else orders.order_by("-acknowledged_at").values_list("acknowledged_at", flat=True).first()
    text = _("%(done)s / %(total)s 已签收") % {"done": total - left, "total": total}
    return ClockLine(pgettext("emergency", "签收"), last.issued_at, last.ack_due_at, done, text, f"{url}?box=unanswered")


def _forced(forced, last: Order, url: str) -> ClockLine:
    """Until the last of the limits: an enterprise that needs hours to stop safely has its own."""
    total, left = forced.count(), forced.filter(in_force_at=None).count()
    due = forced.order_by("-force_due_at").values_list("force_due_at", flat=True).first()
    done = None if left else forced.order_by("-in_force_at").values_list("in_force_at", flat=True).first()
    text = _("%(done)s / %(total)s 已落实，各企业按清单的停产时间") % {"done": total - left, "total": total}
    return ClockLine(_("落实"), last.issued_at, due, done, text, f"{url}?box=waiting")


def kind_of_next(kinds: list[str]) -> list[dict]:
    """Buttons for what may be decided next."""
    return [{"kind": kind, "label": DecisionKind(kind).label} for kind in kinds]
