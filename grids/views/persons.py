"""People: list, one person, their terms and stand-ins."""

from functools import partial
from urllib.parse import urljoin

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.codes import digits
from accounts.models import User
from accounts.policy import has_second_factor, may_sign_in_by_phone
from accounts.services import sessions_of
from common import clock, qr
from grids import forms, people, scope, services
from grids.models import Handover, Membership, Organisation, Post, TrainingRecord
from grids.services.history import check_keeper
from grids.services.terms import may_hand_over
from grids.views.bodies import unit_to_edit
from grids.views.frame import district_of, form_page, given, page_or_form, show_page
from grids.views.places import grid_to_edit

PAGE_SIZE = 50


@require_GET
def people_list(request):
    district, today = district_of(request), clock.today()
    organisations = Organisation.objects.visible_to(request.user).filter(district=district).active(today)
    form = forms.PeopleFilter(request.GET, organisations=organisations)
    page = Paginator(narrowed(request.user, district, form, today), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page}
    return show_page(request, "grids/people.html", district, **context)


def narrowed(viewer, district, form, day):
    form.full_clean()
    wanted = form.cleaned_data
    memberships = Membership.objects.visible_to(viewer).current(day).filter(organisation__district=district)
    posts = Post.objects.visible_to(viewer).current(day).filter(grid__district=district)
    found = people.visible_to(viewer).filter(pk__in=people.of_district(district))
    if wanted.get("organisation"):
        unit = wanted["organisation"]
        found = found.filter(
            Q(pk__in=memberships.filter(organisation=unit).values("user")) | Q(pk__in=posts.filter(grid__organisation=unit).values("user"))
        )
    if role := wanted.get("role"):
        found = found.filter(Q(pk__in=memberships.filter(role=role).values("user")) | Q(pk__in=posts.filter(role=role).values("user")))
    if word := wanted.get("q"):
        named = Q(name__contains=word) | Q(username__icontains=word)
        number = digits(word)
        found = found.filter(named | Q(phone=number) if len(number) >= 7 else named)
    return found.order_by("-is_active", "name", "pk").prefetch_related(
        Prefetch("memberships", queryset=memberships.select_related("organisation"), to_attr="seats"),
        Prefetch("posts", queryset=posts.select_related("grid"), to_attr="places"),
    )


def the_person(request, pk) -> User:
    return get_object_or_404(people.visible_to(request.user), pk=pk)


def person_to_edit(request, pk):
    """The person and the district in which the two of them meet."""
    person, district = the_person(request, pk), district_of(request)
    check_keeper(request.user, district.pk)
    if not people.of_district(district).filter(pk=pk).exists():
        raise Http404
    return person, district


@never_cache
@require_GET
def person(request, pk):
    return show(request, the_person(request, pk))


def show(request, person: User, **extra):
    viewer, today = request.user, clock.today()
    own = viewer.pk == person.pk
    memberships = Membership.objects.filter(user=person) if own else Membership.objects.visible_to(viewer).filter(user=person)
    posts = Post.objects.filter(user=person) if own else Post.objects.visible_to(viewer).filter(user=person)
    terms = [
        *memberships.select_related("organisation", "user").order_by("-starts_on", "-pk"),
        *posts.select_related("grid", "user").order_by("-starts_on", "-pk"),
    ]
    current = {(type(term), term.pk) for queryset in (memberships, posts) for term in queryset.current(today)}
    mine = Q(membership__in=memberships) | Q(post__in=posts)
    standing_in = Handover.objects.filter(Q(substitute=person) | mine)
    related = ("membership__user", "membership__organisation", "post__user", "post__grid", "substitute")
    district_id = next((term_district(term) for term in terms), 0)
    keeper = bool(district_id) and scope.may_change_settings(viewer, district_id)
    context = {
        "person": person,
        "own": own,
        "duties": [duty(term, viewer) for term in terms if (type(term), term.pk) in current],
        "past": [duty(term, viewer) for term in terms if (type(term), term.pk) not in current],
        "handovers": standing_in.select_related(*related).order_by("-starts_on", "-pk")[:50],
        "today": today,
        "training": TrainingRecord.objects.visible_to(viewer).filter(user=person).select_related("course")[:20],
        "may_edit": keeper,
        "has_second_factor": keeper and has_second_factor(person),
        "may_see_phone": bool(district_id) and people.may_see_phones(viewer, district_id),
    }
    return render(request, "grids/person.html", context | extra)


def term_district(term):
    return term.grid.district_id if isinstance(term, Post) else term.organisation.district_id


def duty(term, viewer) -> dict:
    kind = "post" if isinstance(term, Post) else "membership"
    place = term.grid if kind == "post" else term.organisation
    url = reverse("grids:grid" if kind == "post" else "grids:organisation", args=[place.pk])
    return {"term": term, "kind": kind, "place": place, "url": url, "may_hand_over": may_hand_over(viewer, term)}


def address(person: User) -> str:
    return reverse("grids:person", args=[person.pk])


@never_cache
@require_POST
def person_phone(request, pk):
    person = the_person(request, pk)
    return show(request, person, phone=services.show_phone(person, district=district_of(request), by=request.user))


@never_cache
@require_POST
def person_password(request, pk):
    person, district = person_to_edit(request, pk)
    return show(request, person, password=services.reset_password(person, district=district, by=request.user))


@never_cache
@page_or_form
def person_sign_in(request, pk):
    """Where the person is signed in; POST makes a QR code that signs them in once. It is shown on the page that answers and never again."""
    person, district = person_to_edit(request, pk)
    may_have_code = may_sign_in_by_phone(person)
    context = {"person": person, "sessions": sessions_of(person), "may_have_code": may_have_code, "link": "", "hours": settings.SIGN_IN_TICKET_HOURS}
    if request.method == "POST" and may_have_code:
        token = services.make_sign_in_ticket(person, district=district, by=request.user)
        context["link"] = urljoin(settings.BASE_URL, reverse("account_ticket", args=[token]))
        context["picture"] = qr.picture(context["link"])
    return render(request, "grids/sign_in.html", context, status=400 if request.method == "POST" and not may_have_code else 200)


@require_POST
def person_session_end(request, pk, session):
    person, district = person_to_edit(request, pk)
    services.end_session(person, session, district=district, by=request.user)
    return redirect("grids:person-sign-in", pk)


@require_POST
def person_second_factor(request, pk):
    person, district = person_to_edit(request, pk)
    services.take_off_second_factor(person, district=district, by=request.user)
    messages.success(request, _("已解除，本人下次登录时重新启用。"))
    return redirect(address(person))


@require_POST
def person_active(request, pk):
    """``to`` says which of the two was pressed: the same again does not turn it round."""
    person, district = person_to_edit(request, pk)
    step = {"off": services.deactivate_person, "on": services.reactivate_person}.get(request.POST.get("to", ""))
    try:
        if step:
            step(person, district=district, by=request.user)
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
    return redirect(address(person))


@page_or_form
def person_edit(request, pk):
    person, district = person_to_edit(request, pk)
    form = given(request, forms.PersonForm, initial={"name": person.name, "phone": person.phone, "email": person.email})
    save = partial(services.edit_person, person, district=district, by=request.user)
    return form_page(request, form, save=save, title=_("修改“%(name)s”的联系方式") % {"name": person}, back=address(person))


@never_cache
@page_or_form
def grid_person(request, pk):
    grid = grid_to_edit(request, pk)
    return new_person(request, grid, back=reverse("grids:grid", args=[pk]), grid=grid)


@never_cache
@page_or_form
def organisation_person(request, pk):
    unit = unit_to_edit(request, pk)
    return new_person(request, unit, back=reverse("grids:organisation", args=[pk]), organisation=unit)


def new_person(request, place, *, back, **where):
    """Account and first duty in one; the one-time password is shown once, on the page that answers."""

    def save(**values):
        person, password = services.create_person(by=request.user, **where, **values)
        return show(request, person, password=password)

    form = given(request, forms.NewPersonForm, place=place, initial={"starts_on": clock.today()})
    return form_page(request, form, save=save, title=_("在“%(name)s”新建人员") % {"name": place}, back=back)


# --- terms --------------------------------------------------------------------------------------------------------------------------
def the_post(request, pk) -> Post:
    return get_object_or_404(Post.objects.visible_to(request.user).select_related("user", "grid__district"), pk=pk)


def the_membership(request, pk) -> Membership:
    return get_object_or_404(Membership.objects.visible_to(request.user).select_related("user", "organisation__district"), pk=pk)


@page_or_form
def post_end(request, pk):
    post = the_post(request, pk)
    check_keeper(request.user, post.grid.district_id)
    return end_page(request, post, save=partial(services.end_post, post, by=request.user))


@page_or_form
def membership_end(request, pk):
    membership = the_membership(request, pk)
    check_keeper(request.user, membership.organisation.district_id)
    return end_page(request, membership, save=partial(services.end_membership, membership, by=request.user))


def end_page(request, term, *, save):
    form = given(request, forms.EndForm, initial={"ends_on": clock.today()})
    title = _("结束任职：%(term)s") % {"term": term}
    return form_page(request, form, save=save, title=title, back=address(term.user), button=_("结束任职"), tone="late")


@page_or_form
def post_handover(request, pk):
    post = get_object_or_404(Post.objects.visible_to(request.user) | Post.objects.filter(user=request.user), pk=pk)
    return handover_page(request, post, post.grid.district)


@page_or_form
def membership_handover(request, pk):
    membership = get_object_or_404(Membership.objects.visible_to(request.user) | Membership.objects.filter(user=request.user), pk=pk)
    return handover_page(request, membership, membership.organisation.district)


def handover_page(request, duty, district):
    services.check_may_hand_over(duty, by=request.user)
    form = given(request, forms.HandoverForm, district=district, initial={"starts_on": clock.today()})
    save = partial(services.hand_over, duty, by=request.user)
    return form_page(request, form, save=save, title=_("代理：%(term)s") % {"term": duty}, back=address(duty.user))


@require_POST
def handover_end(request, pk):
    related = ("membership__organisation", "post__grid", "membership__user", "post__user", "substitute")
    handover = get_object_or_404(Handover.objects.visible_to(request.user).select_related(*related), pk=pk)
    services.end_handover(handover, by=request.user)
    return redirect(address(handover.duty.user))
