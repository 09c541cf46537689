"""The trio of a building site (工地三员, domain 2.2) and the papers of an object."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from evidence.services import store_file
from registers import access
from registers.models import Site, SitePaper, SitePost
from registers.schema import mask
from registers.services.sites import locked, log
from registers.words import SitePostRole


@transaction.atomic
def appoint(site: Site, *, role: str, name: str, by, phone: str = "", unit: str = "", user=None, starts_on: dt.date | None = None) -> SitePost:
    """Give the post to a person; whoever held it leaves it the day before. The same again changes nothing."""
    site = locked(site)
    access.insist_edit(by, site)
    _check(site, role=role, name=name)
    starts_on = starts_on or clock.today()
    holder = SitePost.objects.filter(site=site, role=role, ends_on=None).first()
    wanted = (name.strip(), phone.strip(), unit.strip(), starts_on)
    if holder is not None:
        if (holder.name, holder.phone, holder.unit, holder.starts_on) == wanted:
            return holder
        if starts_on < holder.starts_on:
            raise ValidationError({"starts_on": _("不能早于现任的起始日期 %(day)s。") % {"day": holder.starts_on}})
        holder.ends_on = max(holder.starts_on, starts_on - dt.timedelta(days=1))
        holder.save(update_fields=["ends_on"])
    post = SitePost.objects.create(site=site, role=role, name=name.strip(), phone=phone.strip(), unit=unit.strip(), user=user, starts_on=starts_on)
    changed = {role: [holder.name if holder else None, post.name]}
    log(site, "appoint", by=by, changed=changed)
    record("site.appoint", site, by=by, district_id=site.district_id, payload={"changes": changed, "phone": mask(post.phone, "phone")})
    return post


def _check(site: Site, *, role: str, name: str) -> None:
    if not site.kind.has_trio:
        raise ValidationError({"role": _("“%(kind)s”不设三员。") % {"kind": site.kind.name}})
    if role not in SitePostRole.values:
        raise ValidationError({"role": _("请选监督员、网格员或管理员。")})
    if not name.strip():
        raise ValidationError({"name": _("必填，不能为空。")})


@transaction.atomic
def end(post: SitePost, *, by, ends_on: dt.date | None = None) -> SitePost:
    """``ends_on`` is the last day."""
    site = locked(post.site)
    access.insist_edit(by, site)
    post = SitePost.objects.select_for_update(of=("self",)).get(pk=post.pk)
    ends_on = ends_on or clock.today()
    if ends_on < post.starts_on:
        raise ValidationError({"ends_on": _("不能早于起始日期 %(day)s。") % {"day": post.starts_on}})
    if post.ends_on == ends_on:
        return post
    if post.ends_on is not None and post.ends_on < ends_on:
        raise ValidationError({"ends_on": _("任职已于 %(day)s 结束，不能再延后。") % {"day": post.ends_on}})
    post.ends_on = ends_on
    post.save(update_fields=["ends_on"])
    changed = {post.role: [post.name, None]}
    log(site, "end_post", by=by, changed=changed)
    record("site.end_post", site, by=by, district_id=site.district_id, payload={"changes": changed, "ends_on": ends_on})
    return post


@transaction.atomic
def add_paper(site: Site, upload, *, title: str, by) -> SitePaper:
    """Keep a paper with the object. Papers are never deleted; the same one sent again is kept once."""
    site = locked(site)
    access.insist_edit(by, site)
    title = title.strip() or upload.name
    file = store_file(upload, name=upload.name, size=upload.size, by=by)
    if there := SitePaper.objects.filter(site=site, file__sha256=file.sha256, title=title[:100]).first():
        return there
    paper = SitePaper.objects.create(site=site, file=file, title=title[:100], by=by, at=clock.now())
    log(site, "paper", by=by, note=paper.title)
    record("site.paper", site, by=by, district_id=site.district_id, payload={"title": paper.title, "sha256": file.sha256})
    return paper


@transaction.atomic
def hand_out(paper: SitePaper, *, by) -> SitePaper:
    """A paper that is downloaded is on record."""
    site = locked(paper.site)
    record("site.download", site, by=by, district_id=site.district_id, payload={"title": paper.title, "sha256": paper.file.sha256})
    return paper
