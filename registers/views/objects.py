"""Entering and changing one object; its posts, papers and personal data. The page that shows it is one floor up (``rectification:site``)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import evidence.services
from common import clock
from common.errors import Conflict
from common.forms import add_refusal
from registers import access, schema
from registers.filters import kinds
from registers.forms import EndForm, PaperForm, PostEndForm, PostForm, SiteForm, stale_note
from registers.models import Site, SiteKind, SitePaper, SitePost
from registers.services import personal, posts, sites

page_or_form = require_http_methods(["GET", "HEAD", "POST"])


def the_site(request, uuid) -> Site:
    return get_object_or_404(Site.objects.visible_to(request.user).select_related("kind", "grid", "organisation", "district"), uuid=uuid)


def insist_add(user) -> None:
    access.insist(access.may_add(user), _("监管对象由乡办、行业部门、网格长或攻坚办录入。"))


def given(request, *, files: bool = False) -> tuple:
    """What a form is bound to: an empty POST is a form sent empty, not one that is opened."""
    if request.method != "POST":
        return ()
    return (request.POST, request.FILES) if files else (request.POST,)


@require_GET
def choose_kind(request):
    """Which kind is to be entered, or imported with ``?for=import``."""
    insist_add(request.user)
    for_import = request.GET.get("for") == "import"
    target = "registers:import" if for_import else "registers:new"
    rows = [{"kind": kind, "url": reverse(target, args=[kind.pk])} for kind in kinds(request).select_related("field")]
    return render(request, "registers/choose_kind.html", {"rows": rows, "for_import": for_import})


@page_or_form
def new(request, kind):
    insist_add(request.user)
    found = get_object_or_404(
        SiteKind.objects.visible_to(request.user).filter(is_active=True).select_related("field__headquarters", "district"), pk=kind
    )
    headquarters = found.field.headquarters
    site = Site(kind=found, district=found.district, organisation_id=headquarters.lead_unit_id if headquarters else None, attributes={})
    return edit_page(request, site)


@page_or_form
def edit(request, uuid):
    site = the_site(request, uuid)
    access.insist_edit(request.user, site)
    return edit_page(request, site)


def edit_page(request, site: Site):
    form = SiteForm(*given(request), instance=site)
    if request.method != "POST":
        return shown(request, form)
    if not form.is_valid():
        return shown(request, form, status=400)
    try:
        saved = sites.save_site(form.apply(), by=request.user, version=form.cleaned_data["version"], note=form.cleaned_data.get("note_of_change", ""))
    except ValidationError as refused:
        form.refuse(refused)
        return shown(request, form, status=400)
    except Conflict as lost:
        if lost.code == "twice":
            return stored_before(request, form)
        return shown(request, newer(form, lost), status=409, conflict=stale_note())
    messages.success(request, _("已保存“%(name)s”。") % {"name": saved})
    if saved.place_note:
        messages.warning(request, saved.place_note)
    return redirect(saved)


def stored_before(request, form: SiteForm):
    """The same new object sent again: its page, as the first sending left it."""
    messages.info(request, _("这个对象已经保存过。"))
    return redirect(the_site(request, form.cleaned_data["uuid"]))


def newer(form, lost: Conflict):
    """The same words again, over the version that stands now."""
    form.data = form.data.copy()
    form.data["version"] = lost.extra.get("version", "")
    return form


def shown(request, form: SiteForm, *, status: int = 200, conflict: str = ""):
    site = form.instance
    back = site.get_absolute_url() if site.pk else reverse("registers:sites")
    site_changes = list(site.events.all()[:3]) if conflict else []
    context = {"form": form, "site": site, "kind": form.kind, "conflict": conflict, "back": back, "recent": site_changes}
    return render(request, "registers/edit.html", context, status=status)


@page_or_form
def end(request, uuid):
    """Close an object, or begin its visits again."""
    site = the_site(request, uuid)
    access.insist_edit(request.user, site)
    if request.POST.get("step", EndForm.step_of(site)) != EndForm.step_of(site):
        messages.info(request, _("已经办过，没有再改动。"))
        return redirect(site)
    form = EndForm(*given(request), site=site)
    title = _("恢复巡查：%(name)s") if site.is_over else _("结束巡查：%(name)s")
    step = sites.reopen if site.is_over else sites.close

    def save(**clean):
        return step(site, by=request.user, **clean)

    return form_page(request, form, site, save=save, title=title % {"name": site}, tone="" if site.is_over else "late")


@page_or_form
def new_post(request, uuid):
    site = the_site(request, uuid)
    access.insist_edit(request.user, site)
    form = PostForm(*given(request), initial={"starts_on": clock.today(), "role": request.GET.get("role", "")})

    def save(**clean):
        return posts.appoint(site, by=request.user, **clean)

    return form_page(request, form, site, save=save, title=_("任命工地三员：%(name)s") % {"name": site})


@page_or_form
def end_post(request, pk):
    post = get_object_or_404(SitePost.objects.filter(site__in=Site.objects.visible_to(request.user)).select_related("site__kind"), pk=pk)
    access.insist_edit(request.user, post.site)
    form = PostEndForm(*given(request), initial={"ends_on": clock.today()})

    def save(**clean):
        return posts.end(post, by=request.user, **clean)

    return form_page(request, form, post.site, save=save, title=_("结束任职：%(post)s") % {"post": post}, tone="late")


@page_or_form
def new_paper(request, uuid):
    site = the_site(request, uuid)
    access.insist_edit(request.user, site)
    form = PaperForm(*given(request, files=True))

    def save(*, title, file):
        return posts.add_paper(site, file, title=title, by=request.user)

    return form_page(request, form, site, save=save, title=_("上传材料：%(name)s") % {"name": site})


def form_page(request, form, site: Site, *, save, title: str, tone: str = ""):
    """One small form about an object: filled again with its errors, or done and back to the object."""
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            save(**form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            conflict, form = str(lost), newer(form, lost)
        else:
            messages.success(request, _("已保存。"))
            return redirect(site)
    context = {"form": form, "title": title, "site": site, "tone": tone, "conflict": conflict}
    return render(request, "registers/form.html", context, status=409 if conflict else 400 if form.errors else 200)


@require_GET
def paper(request, pk):
    """A paper as a download, on record."""
    found = get_object_or_404(SitePaper.objects.filter(site__in=Site.objects.visible_to(request.user)).select_related("file", "site"), pk=pk)
    return evidence.services.serve_file(posts.hand_out(found, by=request.user).file)


@never_cache
@require_POST
def show_personal(request, uuid):
    """Names and numbers whole, once, on record."""
    site = personal.show_personal(the_site(request, uuid), by=request.user)
    table = site.kind.schema
    common = [schema.common_line(table, name) for name in ("name", "contact_phone", "guarantor_phone")]
    rows = [(line.title, getattr(site, line.name)) for line in common if line.mask]
    rows += [(line.title, site.attributes.get(line.key, "")) for line in schema.own_lines(table) if line.mask]
    rows += [(str(post), post.phone) for post in SitePost.objects.current(clock.today()).filter(site=site)]
    if not rows:
        raise Http404
    return render(request, "registers/personal.html", {"site": site, "rows": [row for row in rows if row[1]]})
