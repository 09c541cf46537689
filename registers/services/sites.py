"""Making and changing supervised objects. What a person may not change is refused with the reason; what is wrong is said at its column."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock, language
from common.errors import Conflict
from registers import access, schema, search
from registers.models import Site, SiteEvent, SiteKind
from registers.services import codes, places
from registers.words import Risk

PLAIN = ("code", "name", "address", "lon", "lat", "guarantor", "guarantor_phone", "contact", "contact_phone", "note")
WORDED = ("grid", "organisation", "risk", "status")


@transaction.atomic
def save_site(site: Site, *, by, version: int | None = None, note: str = "", action: str = "") -> Site:
    """Make or change an object; ``site`` carries the values wanted. ``version`` is the one the person has seen: another one now is a ``Conflict``.

    ``site.place_note`` afterwards says what is doubtful about its place. Raises ValidationError keyed by column.
    """
    before = _stored(site, by=by, version=version)
    tidy(site, before=before)
    site.place_note = places.settle(site)
    check(site)
    if before is None:
        _insist_another(site)
    if not access_to_result(site, by=by):
        raise ValidationError({"grid": _("这个位置不在您负责的网格或领域内，请改选位置，或请攻坚办办理。")}, code="outside")
    changed = changes(before, site)
    if before is not None and not changed and not action:
        return site
    _write(site, before=before, by=by)
    action = action or ("edit" if before else "new")
    log(site, action, by=by, note=note, changed=changed)
    record(f"site.{action}", site, by=by, district_id=site.district_id, payload=told(changed, note))
    return site


def _stored(site: Site, *, by, version: int | None) -> Site | None:
    if site.pk is None:
        return None
    before = locked(site)
    access.insist_edit(by, before)
    if version is not None and version != before.version:
        raise Conflict(_("这个对象刚才已被别人修改，请核对后再保存。"), code="stale", version=before.version)
    site.version = before.version
    return before


def locked(site: Site) -> Site:
    """The object as it is now, held until commit: what goes into the audit chain must be what the table holds."""
    return Site.objects.select_related("kind", "grid", "organisation").select_for_update(of=("self",)).get(pk=site.pk)


def tidy(site: Site, *, before: Site | None) -> None:
    """Texts without outer blanks, empty values left out, whole figures as integers (so that the database gives back what was sealed)."""
    for name in ("code", "name", "address", "guarantor", "guarantor_phone", "contact", "contact_phone", "note"):
        setattr(site, name, (getattr(site, name) or "").strip())
    for name in ("lon", "lat"):
        value = getattr(site, name)
        setattr(site, name, None if value is None else round(float(value), 6))
    kept = {line.key: before.attributes[line.key] for line in schema.own_lines(site.kind.schema, retired=True) if _is_kept(line, before)}
    site.attributes = kept | {key: tidied(value) for key, value in site.attributes.items() if value not in (None, "")}
    site.status = site.status or next(iter(site.kind.open_statuses), "")
    site.is_over = site.status not in site.kind.open_statuses


def _is_kept(line: schema.Line, before: Site | None) -> bool:
    """Values of a column that was retired stay with the object."""
    return line.retired and before is not None and line.key in before.attributes


def tidied(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.strip() if isinstance(value, str) else value


def check(site: Site, *, validator=None) -> None:
    wrong: dict[str, list] = {}
    for name in ("name", *(line.name for line in schema.lines(site.kind.schema) if line.is_common and line.required)):
        if name in PLAIN and getattr(site, name) in (None, ""):
            wrong[name] = [_("必填，不能为空。")]
    for name in PLAIN:
        limit = Site.longest(name)
        if limit and len(getattr(site, name) or "") > limit:
            wrong.setdefault(name, []).append(_("最多 %(limit)s 个字，请缩短。") % {"limit": limit})
    if (site.lon is None) != (site.lat is None):
        wrong["lon"] = [_("经度和纬度要一起填写。")]
    if site.status not in site.kind.status_labels:
        words = _("、").join(site.kind.status_labels.values())
        wrong["status"] = [_("应为下列之一：%(words)s。") % {"words": words}]
    if site.risk not in Risk.values:
        wrong["risk"] = [_("应为“重点”或“一般”。")]
    wrong |= schema.check(site.attributes, by=validator or schema.validator(site.kind.schema))
    if wrong:
        raise ValidationError(wrong)


def _insist_another(site: Site) -> None:
    """Two of one name at one address are told apart by codes of their own, else it is the same one entered twice."""
    if Site.objects.filter(uuid=site.uuid).exists():
        raise Conflict(_("这个对象已经保存过。"), code="twice")
    if site.code:
        return
    SiteKind.objects.select_for_update().get(pk=site.kind_id)
    if there := Site.objects.filter(kind=site.kind, name=site.name, address=site.address).first():
        raise ValidationError(
            {"name": _("已有名称和地址都相同的对象 %(code)s。确是另一个的，请填写编号以便区分。") % {"code": there.code}}, code="same"
        )


def access_to_result(site: Site, *, by) -> bool:
    return by is None or access.may_edit(by, site)


def _write(site: Site, *, before: Site | None, by) -> None:
    site.updated_at = clock.now()
    if before is None:
        site.created_by, site.created_at = by, site.updated_at
        site.code = site.code or codes.next_code(site.kind)
    else:
        site.code, site.version = site.code or before.code, before.version + 1
    site.search_text = search.text_of(site)
    try:
        with transaction.atomic():
            site.save()
    except IntegrityError as taken:
        if Site.objects.filter(uuid=site.uuid).exclude(pk=site.pk).exists():
            raise Conflict(_("这个对象已经保存过。"), code="twice") from taken
        if not Site.objects.filter(kind=site.kind, code=site.code).exclude(pk=site.pk).exists():
            raise
        raise ValidationError({"code": _("编号“%(code)s”已用于另一个对象。") % {"code": site.code}}, code="taken") from taken


# --- history ------------------------------------------------------------------------------------------------------------------------
def changes(before: Site | None, after: Site) -> dict[str, list]:
    """``{column: [before, after]}`` in words that stay readable; personal data covered up."""
    names = schema.own_lines(after.kind.schema, retired=True)
    masks = {name: schema.mask_of(after.kind.schema, name) for name in PLAIN} | {line.key: line.mask for line in names}
    old, new = values_of(before), values_of(after)
    changed = {}
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            pair = [_covered(values.get(key), masks.get(key, "")) for values in (old, new)]
            changed[key] = pair if pair[0] != pair[1] else [pair[0], _("（已更改）")]
    return changed


def values_of(site: Site | None) -> dict:
    """All that people can change, by column; empty texts count as nothing."""
    if site is None:
        return {}
    found = {name: getattr(site, name) for name in PLAIN} | {name: worded(site, name) for name in WORDED}
    return {name: value for name, value in found.items() if value not in (None, "")} | site.attributes


def _covered(value, mask: str):
    return schema.mask(value, mask) if mask and value else value


def worded(site: Site | None, name: str) -> str | None:
    """What stands in a column of choices, as people read it in the product's language."""
    if site is None:
        return None
    with language.official():
        if name == "status":
            return site.status_label
        if name == "risk":
            return str(site.get_risk_display())
        return str(getattr(site, name) or "") or None


def told(changed: dict, note: str) -> dict:
    """The audit event's payload."""
    return {"changes": changed} | ({"note": note} if note else {})


def log(site: Site, action: str, *, by, note: str = "", changed: dict | None = None) -> SiteEvent:
    return SiteEvent.objects.create(site=site, action=action, by=by, by_name=str(by or ""), note=note[:300], changes=changed or {}, at=clock.now())


# --- the end and a new beginning ----------------------------------------------------------------------------------------------------
def close(site: Site, *, by, status: str = "", note: str, version: int | None = None) -> Site:
    """Give it a status in which nobody visits it any more: the one named, or the kind's first."""
    over = [code for code in site.kind.status_labels if code not in site.kind.open_statuses]
    if not note.strip():
        raise ValidationError({"note": _("请写明为什么不再巡查。")})
    if status and status not in over:
        raise ValidationError({"status": _("请选一个结束的状态。")})
    site.status = status or next(iter(over), "")
    return save_site(site, by=by, version=version, note=note, action="close")


def reopen(site: Site, *, by, note: str, version: int | None = None) -> Site:
    if not note.strip():
        raise ValidationError({"note": _("请写明为什么恢复巡查。")})
    site.status = next(iter(site.kind.open_statuses), "")
    return save_site(site, by=by, version=version, note=note, action="reopen")
