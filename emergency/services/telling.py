"""Who is told what, by which way. Orders are urgent: inbox, text and call at once."""

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock
from emergency import access
from emergency.models import Decision, Evidence, Order
from emergency.services import contacts
from emergency.services.links import LINK_KIND
from emergency.words import DecisionState, OrderState, Party
from grids import people
from grids.models import Handover, Organisation, Post
from grids.roles import CHIEFS, OFFICE, PARTIES, TOWN, PostRole
from notices.models import Channel, Notice
from notices.services import queue, tell_groups

URGENT = (Channel.INBOX, Channel.SMS)
CALLED = (*URGENT, Channel.VOICE)
WALKERS = CHIEFS | {PostRole.MEMBER, PostRole.PATROLLER}


def _but(found, person) -> list[User]:
    return [each for each in found if person is None or each.pk != person.pk]


def _about(decision: Decision) -> dict:
    return {"url": decision.episode.get_absolute_url(), "subject": decision, "district_id": decision.episode.district_id, "urgent": True}


def to_approvers(decision: Decision, *, but) -> None:
    district = decision.episode.district_id
    found = [each for each in people.with_role(district, access.LEADERS) if access.may_approve(each, district, decision.level)]
    queue(
        to=_but(found, but),
        title=lambda: _("%(what)s待您审批") % {"what": decision},
        body=decision.forecast_words[:300],
        dedup_key=f"emergency:approve:{decision.pk}:{decision.version}",
        kind="emergency.approve",
        channels=CALLED,
        **_about(decision),
    )


def to_office(decision: Decision, title, *, but=None, body: str = "") -> None:
    queue(
        to=_but(people.with_role(decision.episode.district_id, OFFICE), but),
        title=title,
        body=body,
        dedup_key=f"emergency:office:{decision.pk}:{decision.version}",
        kind="emergency.decision",
        channels=URGENT,
        **_about(decision),
    )


def published(decision: Decision) -> None:
    """The groups of the district: what is in force from now on."""
    tell_groups(
        title=lambda: _("%(district)s%(what)s") % {"district": decision.episode.district, "what": decision},
        body=decision.public_text[:500],
        url=decision.episode.get_absolute_url(),
        dedup_key=f"emergency:published:{decision.pk}",
        kind="emergency.published",
        district_id=decision.episode.district_id,
        urgent=True,
    )


# --- asked by the outbox ----------------------------------------------------------------------------------------------------------------
def still_wanted(notice) -> bool:
    """A reminder of what was answered meanwhile, a step that is decided, an order that was replaced or ended by the lift: not sent any more."""
    if notice.kind == "emergency.approve":
        return Decision.objects.filter(pk=notice.subject_id, state=DecisionState.SUBMITTED).exists()
    if notice.kind == "emergency.unanswered":
        return Order.objects.unanswered().filter(decision=notice.subject_id).exists()
    if notice.kind == "emergency.overdue":
        return Order.objects.running().filter(decision=notice.subject_id, proposed_at__isnull=False, in_force_at=None).exists()
    if notice.subject_type != Order._meta.label:
        return True
    ended = Q(state=OrderState.SUPERSEDED) | Q(state=OrderState.DONE, is_lift=False)
    return Order.objects.filter(pk=notice.subject_id).exclude(ended).exists()


# --- orders -----------------------------------------------------------------------------------------------------------------------------
def issued(orders: list[Order], decision: Decision) -> None:
    """Everybody his own; the persons of all grids are read at once."""
    walkers = _walkers([order.grid_id for order in orders if order.party == Party.GRID])
    for order in orders:
        if order.party == Party.ENTERPRISE:
            send_link(order)
        elif order.party == Party.GRID:
            _order(order, walkers.get(order.grid_id, []), channels=URGENT)
        else:
            _order(order, people.members_of(order.organisation, PARTIES), channels=CALLED)


def _walkers(grid_ids: list[int]) -> dict[int, list[User]]:
    """By grid, who has a post in it today and who stands in for one; two queries however many grids."""
    day = clock.today()
    posts = Post.objects.current(day).filter(grid_id__in=grid_ids, role__in=WALKERS)
    stand_ins = Handover.objects.current(day).filter(post__in=posts).select_related("post", "substitute").order_by("pk")
    theirs = [(post.grid_id, post.user) for post in posts.select_related("user").order_by("pk")]
    found: dict[int, list[User]] = {}
    for grid_id, person in (*theirs, *((each.post.grid_id, each.substitute) for each in stand_ins)):
        if person.is_active and person not in found.setdefault(grid_id, []):
            found[grid_id].append(person)
    return found


def title_of(order: Order) -> str:
    if order.is_lift:
        return _("%(level)s解除令，请确认收到") % {"level": order.get_level_display()}
    return _("%(level)s应急指令，请在%(time)s前签收") % {"level": order.get_level_display(), "time": clock.hour(order.ack_due_at)}


def _number_of(order: Order) -> str:
    return _("指令编号 %(number)s") % {"number": order.number}


def _order(order: Order, to, *, channels, body=_number_of, turn: str = "") -> None:
    queue(
        to=to,
        title=lambda: title_of(order),
        body=lambda: body(order),
        url=order.get_absolute_url(),
        dedup_key=f"emergency:order:{order.pk}{turn}",
        kind="emergency.order",
        subject=order,
        channels=channels,
        district_id=order.district_id,
        urgent=True,
    )


def asked_again(order: Order, *, at: dt.datetime) -> None:
    """A unit that has answered has got measures of another one."""
    _order(order, people.members_of(order.organisation, PARTIES), channels=CALLED, body=_more_of, turn=f":{at:%Y%m%d%H%M%S}")


def _more_of(order: Order) -> str:
    return _("指令编号 %(number)s：单位合并后增加了措施，请重新签收并落实") % {"number": order.number}


def send_link(order: Order) -> int:
    """To the enterprise's contact by text, whose link is made when it is sent (``links.words``)."""
    person = contacts.addressee(order.enterprise)
    return queue(
        to=[person] if person else [],
        title=lambda: _("%(enterprise)s：%(title)s") % {"enterprise": order.enterprise.name, "title": title_of(order)},
        dedup_key=f"emergency:link:{order.pk}:{order.link_hash[:12]}",
        kind=LINK_KIND,
        subject=order,
        channels=(Channel.SMS,),
        district_id=order.district_id,
        urgent=True,
    )


def last_text(order: Order) -> Notice | None:
    """The newest text message to the enterprise about this order, as the outbox knows it; None: there was no number."""
    about = Notice.objects.filter(subject_type=Order._meta.label, subject_id=str(order.pk), kind=LINK_KIND)
    return about.select_related("recipient").order_by("-pk").first()


def evidence_refused(order: Order, piece: Evidence) -> None:
    """To the enterprise's contact with its link, or to the unit: what was not accepted and why. Each piece once."""
    by_link, facts = order.party == Party.ENTERPRISE, {"receiver": order.receiver, "note": piece.refused_note[:60]}
    queue(
        to=_answering(order),
        title=lambda: _("%(receiver)s：落实凭证未被认可（%(note)s），请重新提交") % facts,
        url="" if by_link else order.get_absolute_url(),
        dedup_key=f"emergency:refused:{piece.pk}",
        kind=LINK_KIND if by_link else "emergency.refused",
        subject=order,
        channels=(Channel.SMS,) if by_link else URGENT,
        district_id=order.district_id,
        urgent=True,
    )


def _answering(order: Order) -> list[User]:
    if order.party == Party.ENTERPRISE:
        person = contacts.addressee(order.enterprise)
        return [person] if person else []
    if order.party == Party.GRID:
        return _walkers([order.grid_id]).get(order.grid_id, [])
    return list(people.members_of(order.organisation, PARTIES))


def unanswered(orders: list[Order], decision: Decision) -> None:
    """After the limit, each once with all that concerns them: the townships whose grids they lie in, the guarantors, and the office, which has to call."""
    _not_answered(orders, decision, people.with_role(decision.episode.district_id, OFFICE), key="office")
    towns: dict[Organisation, list[Order]] = {}
    for order in orders:
        if town := town_of(order):
            towns.setdefault(town, []).append(order)
    for town, own in towns.items():
        _not_answered(own, decision, people.members_of(town, TOWN), key=f"town{town.pk}")
    for order in orders:
        if guarantor := contacts.guarantor(order.enterprise) if order.enterprise else None:
            _not_answered([order], decision, [guarantor], key=f"order{order.pk}")


def town_of(order: Order) -> Organisation | None:
    """Which township has to see that it is answered: of a grid and of an enterprise."""
    if order.party == Party.GRID:
        return order.organisation
    return order.grid.organisation if order.party == Party.ENTERPRISE and order.grid else None


def _not_answered(orders: list[Order], decision: Decision, to, *, key: str) -> None:
    """Each limit for itself: an order that was issued anew, after a merger, is missed once more."""
    _about_orders(
        orders, decision, to, kind="emergency.unanswered", key=f"{key}:{orders[0].ack_due_at:%Y%m%d%H%M%S}", box="late",
        title=lambda: _("%(n)s份应急指令逾期未签收，请电话联系并登记") % {"n": len(orders)},
    )  # fmt: skip


def not_in_force(orders: list[Order], decision: Decision, *, at: dt.datetime) -> None:
    """Each proposal for itself: one whose evidence is refused is proposed once more."""
    _about_orders(
        orders, decision, people.with_role(decision.episode.district_id, OFFICE), kind="emergency.overdue", key=f"office{at:%Y%m%d%H%M%S}",
        box="proposed",
        title=lambda: _("%(n)s份应急指令到时限仍未落实，请核实立案") % {"n": len(orders)},
    )  # fmt: skip


NAMED = 8


def names_of(orders: list[Order]) -> str:
    """The first of them by name."""
    named = _("、").join(order.receiver for order in orders[:NAMED])
    return _("%(names)s等") % {"names": named} if len(orders) > NAMED else named


def _about_orders(orders: list[Order], decision: Decision, to, *, title, kind: str, key: str, box: str) -> None:
    """One message about several orders of a step, whoever and how many they are."""
    queue(
        to=to,
        title=title,
        body=lambda: names_of(orders),
        url=f"{reverse('emergency:orders', args=[decision.episode_id])}?box={box}",
        dedup_key=f"{kind}:{decision.pk}:{key}:{orders[0].pk}",
        kind=kind,
        subject=decision,
        channels=URGENT,
        district_id=decision.episode.district_id,
        urgent=True,
    )


def power_above(order: Order, line, piece: Evidence) -> None:
    """Each piece once: a figure corrected down and up again is another piece."""
    facts = {"receiver": order.receiver, "day": line.day, "kwh": line.kwh, "allowed": line.allowed}
    queue(
        to=people.with_role(order.district_id, OFFICE),
        title=lambda: _("%(receiver)s用电超过应减水平，请核查") % facts,
        body=lambda: _("%(day)s用电%(kwh)s kWh，按清单应不超过%(allowed)s kWh") % facts,
        url=order.get_absolute_url(),
        dedup_key=f"emergency:power:{piece.pk}",
        kind="emergency.power",
        subject=order,
        channels=URGENT,
        district_id=order.district_id,
        urgent=True,
    )


def report_due(episode, day, organisation, *, hour: int) -> int:
    """A unit's numbers, an hour before."""
    return _about_report(
        episode, people.members_of(organisation, PARTIES), key=f"report:{episode.pk}:{day}:{organisation.pk}",
        url=reverse("emergency:unit_report", args=[episode.pk, day.isoformat(), organisation.pk]),
        title=lambda: _("今天的应急日报数字请在%(hour)d时前填报") % {"hour": hour},
    )  # fmt: skip


def daily_report_due(episode, day, *, hour: int) -> int:
    """The district's own, when its hour has come."""
    return _about_report(
        episode, people.with_role(episode.district_id, OFFICE), key=f"daily:{episode.pk}:{day}", url=episode.get_absolute_url(),
        title=lambda: _("今天的应急日报已到%(hour)d时还未报送，请核对后报送") % {"hour": hour},
    )  # fmt: skip


def _about_report(episode, to, *, title, url: str, key: str) -> int:
    return queue(
        to=to,
        title=title,
        url=url,
        dedup_key=f"emergency:{key}",
        kind="emergency.report",
        subject=episode,
        channels=URGENT,
        district_id=episode.district_id,
        urgent=True,
    )


def review_due(episode, due_at, *, is_over: bool) -> int:
    """How many are told: once that it is to be written, once more when the day has come."""
    facts = {"number": episode.number, "due": f"{clock.beijing(due_at):%m-%d}"}
    words = (
        (lambda: _("%(number)s号应急响应的总结已到期（%(due)s），请尽快完成"))
        if is_over
        else (lambda: _("%(number)s号应急响应的总结请在%(due)s前完成"))
    )
    return queue(
        to=people.with_role(episode.district_id, OFFICE),
        title=lambda: words() % facts,
        url=reverse("emergency:review", args=[episode.pk]),
        dedup_key=f"emergency:review:{episode.pk}{':over' if is_over else ''}",
        kind="emergency.review",
        subject=episode,
        district_id=episode.district_id,
    )


def step_late(decision: Decision) -> int:
    """The limit of approval or of publishing has run out; once for each time it was submitted or approved."""
    district = decision.episode.district_id
    waits = decision.state == DecisionState.SUBMITTED
    approvers = [each for each in people.with_role(district, access.LEADERS) if access.may_approve(each, district, decision.level)] if waits else []
    words = (lambda: _("%(what)s已过审批时限，仍未批准")) if waits else (lambda: _("%(what)s已过发布时限，仍未发布"))
    return queue(
        to=[*approvers, *people.with_role(district, OFFICE)],
        title=lambda: words() % {"what": decision},
        dedup_key=f"emergency:late:{decision.pk}:{decision.version}",
        kind="emergency.decision",
        channels=URGENT,
        **_about(decision),
    )
