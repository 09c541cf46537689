"""Merging grids and organisations: the source stays in history, its duties go on with the successor."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from common import clock
from grids.models import Field, Grid, Headquarters, Membership, Organisation, Post
from grids.roles import ROLES_OF_KIND, OrganisationKind
from grids.services.history import Kind, check_keeper, lock_district, log_grid, log_organisation
from grids.services.places import replant
from grids.services.terms import appoint, end_posts_of, grant


@transaction.atomic
def merge_grids(source: Grid, *, into: Grid, on, by, note: str = "", carry_posts: bool = False) -> Grid:
    """Let ``source`` go up in ``into`` from the day ``on``, which may not lie ahead.

    Its children become children of ``into``. It stays, closed, below ``into``, so that whoever holds ``into`` sees its findings. Its posts
    end, or go on in ``into`` when ``carry_posts``.
    """
    check_keeper(by, source.district_id)
    lock_district(source.district_id)
    source.refresh_from_db()
    into.refresh_from_db()
    _check_mergeable(source, into, on)
    if source.is_district or into.path.startswith(source.path):
        raise ValidationError({"into": _("不能并入自己的下级网格。")}, code="into_below")
    for child in source.children.exclude(pk=into.pk).order_by("pk"):
        replant(child, into)
    holders = list(Post.objects.current(clock.today()).filter(grid=source).select_related("user"))
    source.valid_to, source.merged_into = on, into
    source.save(update_fields=["valid_to", "merged_into"])
    replant(source, into)
    end_posts_of(source, on=on, by=by)
    for post in holders if carry_posts else ():
        appoint(user=post.user, grid=into, role=post.role, title=post.title, starts_on=on, by=None)
    log_grid(source, Kind.MERGED, by=by, on=on, before=source.name, after=into.name, note=note)
    log_grid(into, Kind.MERGED, by=by, on=on, before=source.name, after=into.name, note=note)
    return into


@transaction.atomic
def merge_organisations(source: Organisation, *, into: Organisation, on, by, note: str = "") -> Organisation:
    """Let ``source`` go up in ``into``: people, grids, sub-units and headquarters' places are carried over, tasks by ``ORGANISATION_MERGED``."""
    check_keeper(by, source.district_id)
    lock_district(source.district_id)
    source.refresh_from_db()
    into.refresh_from_db()
    _check_mergeable(source, into, on)
    if source.kind != into.kind:
        raise ValidationError({"into": _("只能并入同类单位。")}, code="other_kind")
    for hook in settings.ORGANISATION_HELD:
        import_string(hook)(source, into)
    carried = _held_by(source)
    _carry_members(source, into, on=on, by=by)
    Grid.objects.filter(organisation=source).update(organisation=into)
    Organisation.objects.filter(parent=source).exclude(pk=into.pk).update(parent=into)
    _carry_headquarters(source, into)
    source.valid_to, source.merged_into = on, into
    source.save(update_fields=["valid_to", "merged_into"])
    for hook in settings.ORGANISATION_MERGED:
        import_string(hook)(source, into, by=by, note=note)
    log_organisation(source, Kind.MERGED, by=by, on=on, before=source.name, after=into.name, note=note, carried=carried)
    log_organisation(into, Kind.MERGED, by=by, on=on, before=source.name, after=into.name, note=note)
    return into


def _check_mergeable(source, into, on) -> None:
    if source.pk == into.pk:
        raise ValidationError({"into": _("不能并入自己。")}, code="same")
    if source.district_id != into.district_id:
        raise ValidationError({"into": _("只能在本区县内合并。")}, code="other_district")
    if on > clock.today():
        raise ValidationError({"on": _("生效日期不能晚于今天，合并自保存时起执行。")}, code="ahead")
    if not source.is_active(clock.today()) or not into.is_active(clock.today()):
        raise ValidationError(_("两个都应在用，已停用的不能合并。"), code="closed")


def _held_by(unit: Organisation) -> dict[str, list[int]]:
    """For the history: what is counted of a month that is over stays the unit's that had it then."""
    held = {
        "grids": Grid.objects.filter(organisation=unit),
        "leads": Headquarters.objects.filter(lead_unit=unit),
        "fields": Field.objects.filter(headquarters__organisation=unit),
    }
    return {name: sorted(rows.values_list("pk", flat=True)) for name, rows in held.items()}


def _carry_members(source: Organisation, into: Organisation, *, on, by) -> None:
    """The old terms end as they would with the unit; the new ones begin the same day, so nobody is without rights for an hour."""
    for membership in Membership.objects.current(clock.today()).filter(organisation=source).select_related("user"):
        ends_on = membership.ends_on
        membership.revoked_at, membership.ends_on = clock.now(), max(on, membership.starts_on)
        membership.save(update_fields=["ends_on", "revoked_at"])
        if membership.role in ROLES_OF_KIND[OrganisationKind(into.kind)]:
            grant(user=membership.user, organisation=into, role=membership.role, title=membership.title, ends_on=ends_on, by=None)


def _carry_headquarters(source: Organisation, into: Organisation) -> None:
    Headquarters.objects.filter(lead_unit=source).update(lead_unit=into)
    for headquarters in source.member_of.all():
        headquarters.member_units.remove(source)
        if headquarters.lead_unit_id != into.pk:
            headquarters.member_units.add(into)
    own = Headquarters.objects.filter(organisation=source).first()
    successor = Headquarters.objects.filter(organisation=into).first()
    if own and successor:
        own.fields.update(headquarters=successor)
