"""Signs that a grid stands on paper only, worked out live. Every sign carries its evidence; none is a judgement.

A fixed number of questions to the database, however many grids: posts, training, rounds, findings are each fetched for the whole district.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Min, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import clock
from grids.models import Grid, Post, TrainingRecord
from grids.roles import REQUIRED_POSTS, PostRole
from inspections.models import Finding, HollowKind, HollowSettings, Patrol, Visit
from inspections.words import SELF_FOUND, FindingState, Flag, Source
from worktime.services import working_days_between

LOOK_BACK = dt.timedelta(days=90)
"""How far rounds are looked for; before that it does not matter when the last one was."""
TOUCH = 0.0005
"""Degrees (some 50 m) within which the envelopes of two grids touch."""
NOT_COUNTED = (FindingState.REJECTED, FindingState.MERGED, FindingState.VOID)


@dataclass(frozen=True)
class Sign:
    grid: Grid
    kind: HollowKind
    evidence: dict[str, Any]


@dataclass
class District:
    """What is known of one district on one day."""

    grids: list[Grid]
    today: dt.date
    limits: HollowSettings
    held: dict[int, list[tuple]] = field(default_factory=lambda: defaultdict(list))
    """Grid → (user id, name, role) of people on post."""
    trained: set[int] = field(default_factory=set)
    rounds: dict[int, dict] = field(default_factory=dict)
    found: dict[int, Counter] = field(default_factory=lambda: defaultdict(Counter))
    """Grid → source → findings of the window."""
    texts: dict[int, list] = field(default_factory=lambda: defaultdict(list))
    reused: Counter = field(default_factory=Counter)

    @property
    def leaves(self) -> list[Grid]:
        parents = {grid.parent_id for grid in self.grids}
        return [grid for grid in self.grids if grid.pk not in parents]


def signs(district: Grid, *, today: dt.date, limits: HollowSettings) -> list[Sign]:
    """Every sign of the district that day, in the order of the grids' codes."""
    known = look(district, today=today, limits=limits)
    found = [
        *(Sign(grid, HollowKind.VACANT, evidence) for grid, evidence in vacant(known)),
        *(Sign(grid, HollowKind.OVERLOADED, evidence) for grid, evidence in overloaded(known)),
        *(Sign(grid, HollowKind.IDLE, evidence) for grid, evidence in idle(known)),
        *(Sign(grid, HollowKind.BLIND, evidence) for grid, evidence in blind(known)),
        *(Sign(grid, HollowKind.REPEATED, evidence) for grid, evidence in repeated(known)),
        *(Sign(grid, HollowKind.UNTRAINED, evidence) for grid, evidence in untrained(known)),
    ]
    order = {kind: n for n, kind in enumerate(HollowKind)}
    return sorted(found, key=lambda sign: (sign.grid.code, sign.grid.pk, order[sign.kind]))


# --- what is fetched ----------------------------------------------------------------------------------------------------------------
def look(district: Grid, *, today: dt.date, limits: HollowSettings) -> District:
    grids = list(Grid.objects.active(today).below_root().filter(district=district).order_by("path"))
    known = District(grids=grids, today=today, limits=limits)
    posts = Post.objects.current(today).filter(grid__district=district, user__is_active=True)
    for grid, *post in posts.order_by("pk").values_list("grid_id", "user_id", "user__name", "role"):
        known.held[grid].append(tuple(post))
    known.trained = set(TrainingRecord.objects.filter(district=district).order_by().values_list("user_id", flat=True).distinct())
    _look_at_rounds(known, district)
    _look_at_findings(known, district)
    return known


def _look_at_rounds(known: District, district: Grid) -> None:
    """Last round finished, first and last turn that was planned before today."""
    due = Q(is_planned=True, planned_on__lt=known.today)
    rows = Patrol.objects.filter(district=district, planned_on__gte=known.today - LOOK_BACK).order_by().values("grid_id")
    figures = rows.annotate(last=Max("finished_at"), first_turn=Min("planned_on", filter=due), last_turn=Max("planned_on", filter=due))
    known.rounds = {row["grid_id"]: dict(row) for row in figures}


def _look_at_findings(known: District, district: Grid) -> None:
    since = clock.at(known.today - dt.timedelta(days=known.limits.window_days))
    rows = (
        Finding.objects.filter(district=district, received_at__gte=since, is_sealed=False, grid__isnull=False)
        .exclude(state__in=NOT_COUNTED)
        .order_by()
    )
    for grid, source, number in rows.values_list("grid_id", "source").annotate(n=Count("pk")):
        known.found[grid][source] = number
    own = rows.filter(source__in=SELF_FOUND)
    for queryset in (own, Visit.objects.filter(district=district, received_at__gte=since, grid__isnull=False).order_by()):
        same = queryset.exclude(text="").values_list("grid_id", "text").annotate(n=Count("pk")).filter(n__gte=known.limits.repeats)
        for grid, text, number in same.order_by("-n", "text"):
            known.texts[grid].append({"text": text[:80], "n": number})
        marked = queryset.annotate(marks=Cast("flags", TextField())).filter(marks__contains=f'"{Flag.PHOTO_REUSED}"')
        for grid, number in marked.values_list("grid_id").annotate(n=Count("pk")):
            known.reused[grid] += number


# --- what is a sign -----------------------------------------------------------------------------------------------------------------
def vacant(known: District):
    for grid in known.grids:
        lacking = [role.value for role in REQUIRED_POSTS if role not in {role for _user, _name, role in known.held[grid.pk]}]
        if lacking:
            yield grid, {"roles": lacking}


def overloaded(known: District):
    """One person on post in more grids than the district allows; shown at each of them."""
    places: dict[int, set[int]] = defaultdict(set)
    for key, posts in known.held.items():
        for user, _name, _role in posts:
            places[user].add(key)
    for grid in known.grids:
        people = {user: name for user, name, _role in known.held[grid.pk] if len(places[user]) > known.limits.max_grids}
        if people:
            yield grid, {"people": [{"id": user, "name": name, "grids": len(places[user])} for user, name in people.items()]}


def idle(known: District):
    """No round finished for N working days, though there were turns to walk and somebody to walk them."""
    yesterday = known.today - dt.timedelta(days=1)
    for grid in known.grids:
        row = known.rounds.get(grid.pk)
        if row is None or row["first_turn"] is None or not known.held[grid.pk]:
            continue
        day = clock.beijing(row["last"]).date() if row["last"] else None
        days = working_days_between(day or row["first_turn"], yesterday)
        if days >= known.limits.idle_days and (day is None or row["last_turn"] > day):
            yield grid, {"last": day.isoformat() if day else "", "days": days}


def blind(known: District):
    """Others found something there, or a neighbour found much, and the grid itself nothing."""
    leaves = known.leaves
    own = {grid.pk: sum(known.found[grid.pk][source] for source in SELF_FOUND) for grid in leaves}
    for grid in leaves:
        if own[grid.pk]:
            continue
        others = {source: number for source, number in known.found[grid.pk].items() if source not in SELF_FOUND}
        near = [each for each in leaves if own[each.pk] >= known.limits.neighbours_found and touch(grid, each)]
        if others or near:
            yield grid, {"sources": others, "neighbours": [{"id": each.pk, "path": each.path, "name": each.name, "n": own[each.pk]} for each in near]}


def touch(one: Grid, other: Grid) -> bool:
    """Whether the envelopes meet; grids without a border are neighbours of their siblings."""
    if one.pk == other.pk:
        return False
    if one.min_lon is None or other.min_lon is None:
        return one.parent_id == other.parent_id
    return (
        one.min_lon <= other.max_lon + TOUCH
        and other.min_lon <= one.max_lon + TOUCH
        and one.min_lat <= other.max_lat + TOUCH
        and other.min_lat <= one.max_lat + TOUCH
    )


def repeated(known: District):
    for grid in known.grids:
        photos = known.reused[grid.pk] if known.reused[grid.pk] >= known.limits.repeats else 0
        if known.texts[grid.pk] or photos:
            yield grid, {"texts": known.texts[grid.pk], "photos": photos}


def untrained(known: District):
    for grid in known.grids:
        people = {user for user, _name, _role in known.held[grid.pk]}
        if people and not people & known.trained:
            yield grid, {"on_post": len(people)}


# --- in words -----------------------------------------------------------------------------------------------------------------------
def words(kind: str, evidence: dict) -> list[str]:
    """The evidence as sentences, in the reader's language; one per link of ``inspections.views.hollow``."""
    return _WORDS[HollowKind(kind)](evidence)


def _vacant(evidence) -> list[str]:
    return [_("缺%(roles)s") % {"roles": _("、").join(str(PostRole(role).label) for role in evidence["roles"])}]


def _overloaded(evidence) -> list[str]:
    return [
        ngettext("%(name)s同时在 %(n)s 个网格任职", "%(name)s同时在 %(n)s 个网格任职", each["grids"]) % {"name": each["name"], "n": each["grids"]}
        for each in evidence["people"]
    ]


def _idle(evidence) -> list[str]:
    names = {"n": evidence["days"], "day": evidence["last"]}
    if not evidence["last"]:
        return [ngettext("已 %(n)s 个工作日没有完成过巡查", "已 %(n)s 个工作日没有完成过巡查", evidence["days"]) % names]
    return [
        ngettext("上次巡查 %(day)s，已过 %(n)s 个工作日", "上次巡查 %(day)s，已过 %(n)s 个工作日", evidence["days"]) % names,
    ]


def _blind(evidence) -> list[str]:
    found = [
        ngettext("%(source)s发现 %(n)s 个问题，网格自己没有发现", "%(source)s发现 %(n)s 个问题，网格自己没有发现", number)
        % {"source": Source(source).label, "n": number}
        for source, number in evidence["sources"].items()
    ]
    near = [
        ngettext("相邻的%(name)s自己发现 %(n)s 个，本网格一个也没有", "相邻的%(name)s自己发现 %(n)s 个，本网格一个也没有", each["n"])
        % {"name": each["name"], "n": each["n"]}
        for each in evidence["neighbours"]
    ]
    return found + near


def _repeated(evidence) -> list[str]:
    said = [
        ngettext("“%(text)s”一字不差用了 %(n)s 次", "“%(text)s”一字不差用了 %(n)s 次", each["n"]) % {"text": each["text"], "n": each["n"]}
        for each in evidence["texts"]
    ]
    number = evidence["photos"]
    return said + ([ngettext("%(n)s 条用了别处用过的照片", "%(n)s 条用了别处用过的照片", number) % {"n": number}] if number else [])


def _untrained(evidence) -> list[str]:
    number = evidence["on_post"]
    return [ngettext("在岗 %(n)s 人都没有培训记录", "在岗 %(n)s 人都没有培训记录", number) % {"n": number}]


_WORDS = {
    HollowKind.VACANT: _vacant,
    HollowKind.OVERLOADED: _overloaded,
    HollowKind.IDLE: _idle,
    HollowKind.BLIND: _blind,
    HollowKind.REPEATED: _repeated,
    HollowKind.UNTRAINED: _untrained,
}
