"""Kinds of objects are data: the office's director and the administrator keep names, columns and statuses; no migration is needed."""

import copy

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common.errors import NotYourRole
from common.seen import held_as_seen
from grids import scope
from registers.models import Site, SiteKind

RULES: dict[str, dict] = {
    "text": {"type": "string", "maxLength": 200},
    "int": {"type": "integer", "minimum": 0},
    "decimal": {"type": "number", "minimum": 0},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "choice": {"type": "string"},
}
MAX_COLUMNS = 80


def check_keeper(by, district_id) -> None:
    if by is not None and not scope.may_change_settings(by, district_id):
        raise NotYourRole(_("对象类型由攻坚办主任或系统管理员维护。"))


@transaction.atomic
def save_kind(kind: SiteKind, *, by, statuses: list[dict] | None = None, stood: dict | None = None) -> SiteKind:
    """Make or change a kind; ``statuses``: ``{"code" (empty: a new one), "label", "is_over"}`` of each that shall be there. ``stood``: as in
    ``held_as_seen``.
    """
    check_keeper(by, kind.district_id)
    before = held_as_seen(SiteKind.objects.filter(pk=kind.pk), stood) if kind.pk else None
    if statuses is not None:
        kind.statuses = _numbered(statuses)
        _check_statuses(kind, before)
    kind.schema = (before.schema if before else kind.schema) or _bare_schema()
    kind.full_clean(exclude=["district", "schema", "statuses"])
    if before:
        kind.last_number = before.last_number
    kind.save()
    if before and before.statuses != kind.statuses:
        _follow(kind)
    record("site_kind.edit" if before else "site_kind.new", kind, by=by, district_id=kind.district_id, payload=_changes(before, kind))
    return kind


def _bare_schema() -> dict:
    common = {name: {"title": title, "x-synonyms": []} for name, title in (("name", "名称"), ("address", "地址"))}
    properties: dict = {}
    return {
        "type": "object",
        "properties": properties,
        "required": [],
        "additionalProperties": False,
        "x-order": ["@name", "@address"],
        "x-common": common,
    }


def _numbered(statuses: list[dict]) -> list[dict]:
    taken = {status["code"] for status in statuses if status.get("code")}
    free = (code for n in range(1, 1000) if (code := f"s{n}") not in taken)
    return [{"code": each.get("code") or next(free), "label": each["label"].strip(), "is_over": bool(each.get("is_over"))} for each in statuses]


def _check_statuses(kind: SiteKind, before: SiteKind | None) -> None:
    labels = [status["label"] for status in kind.statuses]
    if len(set(labels)) < len(labels):
        raise ValidationError(_("状态名称不能重复。"), code="twice")
    if not any(not status["is_over"] for status in kind.statuses):
        raise ValidationError(_("至少要有一个在管的状态。"), code="none_open")
    kept = {status["code"] for status in kind.statuses}
    for status in before.statuses if before else ():
        count = 0 if status["code"] in kept else Site.objects.filter(kind=before, status=status["code"]).count()
        if count:
            raise ValidationError(_("还有 %(n)s 个对象的状态是“%(label)s”，不能删除。") % {"n": count, "label": status["label"]}, code="in_use")


def _follow(kind: SiteKind) -> None:
    """``is_over`` of the objects follows the status of their kind."""
    sites = Site.objects.filter(kind=kind)
    sites.filter(status__in=kind.open_statuses, is_over=True).update(is_over=False)
    sites.exclude(status__in=kind.open_statuses).filter(is_over=False).update(is_over=True)


def _changes(before: SiteKind | None, after: SiteKind) -> dict:
    names = ("name", "prefix", "field_id", "icon", "has_trio", "position", "is_active", "statuses", "schema")
    return {name: [getattr(before, name, None), getattr(after, name)] for name in names if getattr(before, name, None) != getattr(after, name)}


# --- columns ------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_column(
    kind: SiteKind,
    key: str,
    *,
    by,
    title: str,
    value_kind: str = "text",
    required: bool = False,
    choices: list[str] | None = None,
    unit: str = "",
    synonyms: list[str] | None = None,
    mask: str = "",
    retired: bool = False,
    stood: dict | None = None,
) -> str:
    """Add a column (``key`` empty) or change one; its key. What kind of value it holds is decided once; a retired one keeps its values.

    ``stood``: as in ``held_as_seen``.
    """
    check_keeper(by, kind.district_id)
    kind = held_as_seen(SiteKind.objects.filter(pk=kind.pk), stood)
    before, table = kind.schema, copy.deepcopy(kind.schema)
    _check_title(table, key, title.strip())
    synonyms = [each for each in dict.fromkeys(synonyms or ()) if each != title]
    if key.startswith("@"):
        table["x-common"][key[1:]] |= {"title": title.strip(), "x-synonyms": synonyms}
    else:
        key = key or _new_key(table)
        rule = dict(table["properties"].get(key) or RULES[value_kind]) | {"title": title.strip(), "x-synonyms": synonyms}
        is_choice = "enum" in rule or (key not in table["properties"] and value_kind == "choice")
        words = list(dict.fromkeys(choices or ())) if is_choice else []
        _check_choices(kind, key, rule, words, is_choice=is_choice)
        _set(rule, {"x-unit": unit.strip(), "x-mask": mask, "x-retired": retired, "enum": words})
        table["properties"][key] = rule
        table["required"] = sorted((set(table["required"]) - {key}) | ({key} if required and not retired else set()))
        if key not in table["x-order"]:
            table["x-order"].append(key)
    _keep(kind, table, before, by=by)
    return key


def _set(rule: dict, values: dict) -> None:
    for name, value in values.items():
        if value:
            rule[name] = value
        else:
            rule.pop(name, None)


def _check_title(table: dict, key: str, title: str) -> None:
    others = {name: rule["title"] for name, rule in table["properties"].items() if not rule.get("x-retired")}
    others |= {f"@{name}": rule["title"] for name, rule in table["x-common"].items()}
    if any(title == other for name, other in others.items() if name != key):
        raise ValidationError({"title": _("已有名为“%(title)s”的栏目。") % {"title": title}})
    if not key and len(table["properties"]) >= MAX_COLUMNS:
        raise ValidationError({"title": _("栏目最多 %(n)s 个。") % {"n": MAX_COLUMNS}})


def _new_key(table: dict) -> str:
    return next(key for n in range(1, 1000) if (key := f"c{n}") not in table["properties"])


def _check_choices(kind: SiteKind, key: str, rule: dict, words: list[str], *, is_choice: bool) -> None:
    if is_choice and not words:
        raise ValidationError({"choices": _("请填写可选的词，每行一个。")})
    for word in rule.get("enum", ()):
        if word not in words and (count := Site.objects.filter(kind=kind, **{f"attributes__{key}": word}).count()):
            raise ValidationError({"choices": _("还有 %(n)s 个对象填的是“%(word)s”，不能删除。") % {"n": count, "word": word}})


@transaction.atomic
def move_column(kind: SiteKind, key: str, *, up: bool, by) -> None:
    """One place up or down among those that are in use."""
    check_keeper(by, kind.district_id)
    kind = SiteKind.objects.select_for_update().get(pk=kind.pk)
    table = copy.deepcopy(kind.schema)
    order = table["x-order"]
    shown = [each for each in order if not table["properties"].get(each, {}).get("x-retired")]
    if key not in shown:
        raise ValidationError(_("没有这个栏目。"))
    place = shown.index(key) + (-1 if up else 1)
    if 0 <= place < len(shown):
        mine, other = order.index(key), order.index(shown[place])
        order[mine], order[other] = order[other], order[mine]
        _keep(kind, table, kind.schema, by=by)


def _keep(kind: SiteKind, table: dict, before: dict, *, by) -> None:
    if table == before:
        return
    kind.schema = table
    kind.save(update_fields=["schema"])
    record("site_kind.column", kind, by=by, district_id=kind.district_id, payload={"schema": [before, table]})
