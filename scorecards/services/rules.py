"""Rules of ladders and money are never edited: a change is a new version from a month that is not settled."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from grids import scope
from grids.models import Grid
from grids.roles import Role
from scorecards.models import ConsequenceRule, MoneyRule
from scorecards.services.settling import following, hold, settled_months

AnyRule = ConsequenceRule | MoneyRule
KEEPERS = frozenset({Role.OFFICE_DIRECTOR})
WORDS = {ConsequenceRule: "consequence_rule", MoneyRule: "money_rule"}
NOT_COPIED = {"id", "key", "version", "district", "made_by"}


def may_edit(user, district_id: int) -> bool:
    return scope.rights(user).in_district(district_id, KEEPERS)


def insist(user, district_id: int) -> None:
    if not may_edit(user, district_id):
        raise NotYourRole(_("奖惩规则由攻坚办主任修订。"))


def first_open_month(district_id: int) -> str:
    """The month after the last settled one; without any, the month before the running one, which may yet be settled."""
    settled = settled_months(district_id)
    return following(settled[0]) if settled else clock.previous_month(clock.today())


def save(draft: AnyRule, *, by, base: AnyRule | None = None) -> AnyRule:
    """Keep ``draft`` as a new rule, or as the version after ``base``. Sent twice by the same person it is one; after somebody else's a conflict."""
    insist(by, draft.district_id)
    if draft.in_force_from < (first := first_open_month(draft.district_id)):
        raise ValidationError({"in_force_from": _("已结账的月份不再改变，最早可从 %(month)s 起启用。") % {"month": first}})
    if base is not None:
        draft.key, draft.version = base.key, base.version + 1
    draft.made_by = by
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
            draft.refresh_from_db()
            payload = {"from": base.pk if base else None, "note": draft.note}
            record(f"{WORDS[type(draft)]}.save", draft, by=by, district_id=draft.district_id, payload=payload)
    except IntegrityError:
        return _again(draft, by=by)
    return draft


def _again(draft: AnyRule, *, by) -> AnyRule:
    stored = type(draft).objects.filter(key=draft.key, version=draft.version, made_by=by).first()
    if stored is not None and _content(stored) == _content(draft):
        return stored
    raise Conflict(_("同时有人保存了这条规则的新版本，请刷新后再改。"), code="rule_version")


def _content(rule: AnyRule) -> dict:
    return {field.name: getattr(rule, field.attname) for field in rule._meta.concrete_fields if field.name not in NOT_COPIED}


@transaction.atomic
def load(presets: list[AnyRule], *, district: Grid, by=None) -> list[AnyRule]:
    """Add prepared rules, each at most once by name."""
    if by is not None:
        insist(by, district.pk)
    hold(district.pk)
    made = []
    for rule in presets:
        if not type(rule).objects.filter(district=district, name=rule.name).exists():
            rule.district, rule.made_by = district, by
            rule.save(force_insert=True)
            rule.refresh_from_db()
            made.append(rule)
    for rule in made:
        record(f"{WORDS[type(rule)]}.load", rule, by=by, district_id=district.pk)
    return made
