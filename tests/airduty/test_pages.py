"""The frame of every page: gallery, navigation, pages for what went wrong, behaviour in a browser."""

import datetime as dt
import re

import pytest
from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.urls import reverse

from airduty import navigation
from common import clock
from grids.models import Membership
from grids.roles import PostRole, Role
from grids.scope import Rights
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from worktime.models import CalendarDay

pytestmark = pytest.mark.django_db


def names(*roles, post_roles=()):
    found = Rights(roles=frozenset(roles), post_roles=frozenset(post_roles))
    return [name for _icon, _label, name, allowed in navigation.NAV if navigation.may_use(found, allowed)]


def test_the_gallery_shows_every_part_and_is_for_builders_only(client, settings):
    client.force_login(UserFactory())
    assert client.get(reverse("ui")).status_code == 404

    settings.DEMO = True
    html = client.get(reverse("ui")).content.decode()

    assert "逾期 3 天" in html
    assert " style=" not in html


def test_each_part_names_its_inputs():
    for part in (django_settings.BASE_DIR / "templates/ui").glob("*.html"):
        if part.name != "gallery.html":
            assert part.read_text(encoding="utf-8").startswith("{#"), part.name


def test_each_icon_used_is_drawn():
    drawn = set(re.findall(r'symbol id="([^"]+)"', (django_settings.BASE_DIR / "static/img/icons.svg").read_text(encoding="ascii")))
    templates = (django_settings.BASE_DIR / "templates").rglob("*.html")
    used = {name for page in templates for name in re.findall(r'{% icon "([^"]+)"', page.read_text(encoding="utf-8"))}

    assert used | {icon for icon, *_rest in navigation.NAV} <= drawn


def test_auditors_see_the_record_and_little_else():
    assert names(Role.AUDITOR) == ["home", "audit:events"]


def test_people_in_the_field_see_their_work_not_the_offices():
    seen = ["home", "inspections:ledger", "rectification:tasks", "grids:tree", "registers:sites", "patrols:list", "airquality:now", "alarms:board"]
    assert names(post_roles=[PostRole.PATROLLER]) == seen


def test_the_office_director_sees_all_but_the_record():
    assert [name for *_rest, name, _roles in navigation.NAV if name not in names(Role.OFFICE_DIRECTOR)] == ["audit:events"]


def test_somebody_without_any_post_sees_the_home_page_only():
    assert names() == ["home"]


def test_the_page_one_is_on_is_marked(rf):
    shown = [{"name": "home", "url": "/"}, {"name": "grids:tree", "url": "/grids/"}, {"name": "grids:headquarters", "url": "/grids/headquarters/"}]

    def at(path, match=None):
        request = rf.get(path)
        request.resolver_match = match
        return navigation.current(request, shown)

    assert at("/grids/12/")["name"] == "grids:tree"
    assert at("/grids/headquarters/3/")["name"] == "grids:headquarters"
    assert at("/")["name"] == "home"
    assert at("/accounts/") is None


@pytest.mark.parametrize("page", ["400.html", "403.html", "404.html", "500.html"])
def test_pages_for_what_went_wrong_need_no_request(page):
    assert "回到首页" in render_to_string(page)


def test_an_unknown_address_is_answered_in_our_dress(client):
    client.force_login(UserFactory())

    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "没有找到" in response.content.decode()


def test_a_form_without_its_token_is_refused_with_the_remedy(client_with_csrf):
    response = client_with_csrf.post(reverse("account_login"), {"login": "a", "password": "b"})

    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


@pytest.fixture
def client_with_csrf():
    from django.test import Client

    return Client(enforce_csrf_checks=True)


def test_the_desk_warns_of_a_year_without_holidays_and_leads_to_it(client, settings):
    settings.MFA_REQUIRED = False
    district = DistrictFactory()
    director = UserFactory()
    Membership.objects.create(user=director, organisation=district.office, role=Role.OFFICE_DIRECTOR, starts_on=dt.date(2020, 1, 1))
    CalendarDay.objects.all().delete()
    client.force_login(director, backend="django.contrib.auth.backends.ModelBackend")

    with clock.standing(clock.at(dt.date(2026, 11, 20), dt.time(9))):
        page = client.get(reverse("home")).content.decode()

    assert "年的放假安排还没有录入" in page
    assert re.search(r'href="/settings/calendar/202[67]/"', page)
