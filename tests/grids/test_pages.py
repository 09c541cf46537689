"""Who may open which page, and what stands there."""

import datetime as dt
import io
import json

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import is_mfa_enabled
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from audit.models import AuditEvent
from common import clock
from grids import roster, services
from grids.models import Grid, Handover, Headquarters, Organisation, Post
from grids.roles import PostRole, Role
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory, GridFactory, centre, square
from tests.grids.test_roster import messy

pytestmark = pytest.mark.django_db
LISTS = ("tree", "map", "map-data", "headquarters", "people")
OF_MEMBERS = ("organisations", "fields", "export")
OF_KEEPERS = ("organisation-new", "headquarters-new", "field-new", "roster-import")
OF_A_GRID = ("grid-new", "grid-edit", "grid-move", "grid-merge", "grid-split", "grid-close", "grid-polygon", "appoint", "grid-person")
OF_A_UNIT = ("organisation-edit", "organisation-merge", "organisation-close", "grant", "organisation-person")


@pytest.fixture
def district():
    return DistrictFactory()


@pytest.fixture
def as_(client, district):
    """``as_(office_director=district)`` signs such a person in and gives the client."""

    def enter(user=None, **traits):
        user = user or UserFactory(**traits)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.user = user
        return client

    return enter


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.MFA_REQUIRED = False
    settings.GRID_MOVED = []


def status(client, name, /, *args, method="get", **data):
    return getattr(client, method)(reverse(f"grids:{name}", args=args), data).status_code


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("trait", ["office_director", "office_staff", "supervision", "leader", "sysadmin"])
def test_officials_open_the_lists(as_, district, trait, name):
    assert status(as_(**{trait: district}), name) == 200


@pytest.mark.parametrize("name", LISTS)
def test_people_of_the_street_open_the_lists_for_their_grids(as_, district, name):
    assert status(as_(member=district.villages[0]), name) == 200


@pytest.mark.parametrize("name", LISTS + OF_MEMBERS + OF_KEEPERS)
def test_who_is_nobody_and_who_audits_is_refused(as_, district, name):
    assert status(as_(auditor=district), name) == 403
    assert status(as_(), name) == 403


@pytest.mark.parametrize("name", OF_MEMBERS)
def test_pages_of_the_administration_are_for_its_members(as_, district, name):
    assert status(as_(member=district.villages[0]), name) == 403
    assert status(as_(dept_handler=district.ecology), name) == 200


@pytest.mark.parametrize("name", OF_KEEPERS)
@pytest.mark.parametrize(("trait", "expected"), [("office_director", 200), ("sysadmin", 200), ("office_staff", 403), ("supervision", 403)])
def test_forms_of_the_structure_are_for_its_keepers(as_, district, name, trait, expected):
    assert status(as_(**{trait: district}), name) == expected


@pytest.mark.parametrize("name", OF_A_GRID)
def test_forms_of_a_grid_open_to_keepers_are_refused_to_others_and_hidden_from_strangers(as_, district, name):
    village = district.villages[0].pk
    assert status(as_(office_director=district), name, village) == 200
    assert status(as_(chief=district.villages[0]), name, village) == 403
    assert status(as_(office_director=DistrictFactory()), name, village) == 404
    assert status(as_(member=district.villages[3]), name, village) == 404


@pytest.mark.parametrize("name", OF_A_UNIT)
def test_forms_of_a_unit_likewise(as_, district, name):
    unit = district.housing.pk
    assert status(as_(sysadmin=district), name, unit) == 200
    assert status(as_(dept_manager=district.housing), name, unit) == 403
    assert status(as_(sysadmin=DistrictFactory()), name, unit) == 404


def test_an_anonymous_visitor_is_asked_to_sign_in(client, district):
    assert client.get(reverse("grids:tree")).status_code == 302


def test_another_districts_pages_do_not_exist(as_, district):
    client = as_(office_director=DistrictFactory())
    person = UserFactory(member=district.villages[0])

    assert status(client, "grid", district.villages[0].pk) == 404
    assert status(client, "organisation", district.housing.pk) == 404
    assert status(client, "person", person.pk) == 404
    assert client.get(reverse("grids:tree"), {"district": district.pk}).status_code == 404
    assert client.get(reverse("grids:tree"), {"district": "x"}).status_code == 404


def test_the_tree_shows_people_vacancies_and_counts_as_filters(as_, district):
    UserFactory(chief=district.villages[0], name="某甲")
    client = as_(office_staff=district)

    page = client.get(reverse("grids:tree"), {"lacking": "chief"})
    assert [line.grid.name for line in page.context["lines"]] == ["甲街道", "西村", "乙镇", "南村", "北村"]
    assert "某甲" in client.get(reverse("grids:tree"), {"q": "某甲"}).content.decode()
    assert [line.grid.name for line in client.get(reverse("grids:tree"), {"town": district.town_b.pk}).context["lines"]] == ["乙镇", "南村", "北村"]


def test_a_vacancy_is_shown_until_somebody_is_appointed(as_, district):
    client, village, user = as_(office_director=district), district.villages[0], UserFactory(member=district.villages[1])
    assert "空缺" in client.get(reverse("grids:grid", args=[village.pk])).content.decode()
    assert client.get(reverse("grids:grid", args=[village.pk])).context["vacancies"]

    for role in PostRole:
        data = {"user": user.pk, "role": role.value, "starts_on": clock.today()}
        assert status(client, "appoint", village.pk, method="post", **data) == 302

    assert client.get(reverse("grids:grid", args=[village.pk])).context["vacancies"] == []


def test_a_point_in_two_and_in_none_is_said(as_, district):
    client = as_(office_staff=district)
    lon, lat = centre(district.villages[0])

    def found(lon, lat):
        return list(client.get(reverse("grids:locate"), {"lon": lon, "lat": lat}).context["found"])

    assert found(lon, lat) == [district.villages[0]]
    assert len(found(district.villages[0].max_lon, lat)) == 2
    assert found(100, 20) == []
    assert client.get(reverse("grids:locate"), {"lon": "x", "lat": lat}).status_code == 400


def test_the_map_shows_only_what_may_be_seen(as_, district):
    data = as_(chief=district.town_a).get(reverse("grids:map-data")).json()

    assert {feature["properties"]["name"] for feature in data["features"]} == {"甲街道", "东村", "西村"}


def test_an_outline_is_drawn_from_pasted_geojson_and_a_wrong_one_comes_back(as_, district):
    client, village = as_(office_director=district), district.villages[0]

    answer = client.post(reverse("grids:grid-polygon", args=[village.pk]), {"text": '{"type": "Polygon"'})
    assert answer.status_code == 400 and "{&quot;type&quot;: &quot;Polygon&quot;" in answer.content.decode()

    assert status(client, "grid-polygon", village.pk, method="post", text=json.dumps(square(120))) == 302
    village.refresh_from_db()
    assert village.min_lon == 120


def test_a_grid_is_made_edited_moved_merged_and_closed_by_form(as_, district):
    client, today = as_(office_director=district), clock.today()
    assert status(client, "grid-new", district.town_a.pk, method="post", name="新村", code="N1") == 302
    new = Grid.objects.get(code="N1")
    assert status(client, "grid-edit", new.pk, method="post", name="新新村", code="N2", extent="河北") == 302
    assert status(client, "grid-move", new.pk, method="post", parent=district.town_b.pk, on=today) == 302
    assert status(client, "grid-merge", district.villages[0].pk, method="post", into=new.pk, on=today, note="合并") == 302
    assert status(client, "grid-close", district.villages[1].pk, method="post", on=today, note="撤销") == 302

    new.refresh_from_db()
    assert (new.name, new.code, new.extent, new.parent) == ("新新村", "N2", "河北", district.town_b)
    assert Grid.objects.get(pk=district.villages[0].pk).merged_into == new
    page = client.get(reverse("grids:grid", args=[new.pk])).content.decode()
    assert "更名" in page and "新新村" in page


@pytest.mark.parametrize(
    ("page", "form"),
    [("grid-edit", {"name": "新名", "code": "T1"}), ("organisation-edit", {"name": "新名", "short_name": "新", "position": 1, "parent": 0})],
)
def test_an_edit_is_taken_whole_or_not_at_all(as_, district, page, form):
    row = district.villages[0] if page == "grid-edit" else district.housing
    before = row.name

    assert status(as_(office_director=district), page, row.pk, method="post", **form) == 400
    row.refresh_from_db()
    assert row.name == before


def test_a_lost_second_factor_is_taken_off_by_another_keeper(as_, district):
    person = UserFactory(dept_handler=district.housing)
    TOTP.activate(person, "A" * 32)
    client = as_(office_director=district)
    assert "解除两步验证" in client.get(reverse("grids:person", args=[person.pk])).content.decode()

    assert status(client, "person-second-factor", person.pk, method="post") == 302
    assert not is_mfa_enabled(person)
    assert AuditEvent.objects.filter(action="account.second_factor_reset", actor_id=client.user.pk).exists()
    assert "解除两步验证" not in client.get(reverse("grids:person", args=[person.pk])).content.decode()


def test_nobody_takes_off_his_own_second_factor(as_, district):
    client = as_(office_director=district)
    TOTP.activate(client.user, "A" * 32)

    assert status(client, "person-second-factor", client.user.pk, method="post") == 403
    assert is_mfa_enabled(client.user)


def test_units_headquarters_and_fields_are_kept_by_form(as_, district):
    client, today = as_(sysadmin=district), clock.today()
    assert status(client, "organisation-new", method="post", kind="department", name="区某局", short_name="某局", position=1) == 302
    unit = Organisation.objects.get(name="区某局")
    assert status(client, "organisation-edit", unit.pk, method="post", name="区某某局", short_name="某某局", position=2) == 302
    hq = district.dust.headquarters
    assert status(client, "headquarters-edit", hq.organisation_id, method="post", lead_unit=unit.pk, member_units=[district.ecology.pk]) == 302
    assert status(client, "field-new", method="post", code="noise", name="噪声", position=99, headquarters=hq.pk) == 302
    assert status(client, "field-edit", district.dust.pk, method="post", name="扬尘", position=1, headquarters=hq.pk) == 302
    assert status(client, "headquarters-new", method="post", name="某专项指挥部") == 302
    assert status(client, "organisation-merge", district.housing.pk, method="post", into=unit.pk, on=today, note="机构改革") == 302

    hq.refresh_from_db()
    assert (hq.lead_unit, list(hq.member_units.all())) == (unit, [district.ecology])
    assert client.get(reverse("grids:headquarters")).status_code == 200
    assert client.get(reverse("grids:organisation", args=[unit.pk])).status_code == 200


def test_a_refused_form_comes_back_filled(as_, district):
    answer = as_(office_director=district).post(reverse("grids:grid-new", args=[district.town_a.pk]), {"name": "新村", "code": "T1"})

    assert answer.status_code == 400
    assert 'value="新村"' in answer.content.decode() and "已被使用" in answer.content.decode()


# --- people -------------------------------------------------------------------------------------------------------------------------
def test_telephone_numbers_are_masked_and_the_whole_one_is_audited(as_, district):
    person = UserFactory(member=district.villages[0], phone="10055554444")
    client = as_(office_staff=district)
    url = reverse("grids:person", args=[person.pk])

    assert "10055554444" not in client.get(url).content.decode()
    assert "10055554444" not in client.get(reverse("grids:people")).content.decode()
    assert "10055554444" in client.post(reverse("grids:person-phone", args=[person.pk])).content.decode()
    assert AuditEvent.objects.filter(action="account.show_phone", actor_id=client.user.pk, object_id=str(person.pk)).count() == 1


def test_a_colleague_does_not_get_the_whole_number_but_oneself_does(as_, district):
    person = UserFactory(member=district.villages[0], phone="10055554444")

    assert status(as_(dept_handler=district.ecology), "person-phone", person.pk, method="post") == 403
    assert "10055554444" in as_(person).get(reverse("grids:person", args=[person.pk])).content.decode()


def test_a_new_person_gets_account_duty_and_a_password_shown_once(as_, district):
    client = as_(office_director=district)
    data = {"name": "示例某", "phone": "10011112222", "role": Role.DEPT_HANDLER.value, "starts_on": clock.today()}

    answer = client.post(reverse("grids:organisation-person", args=[district.ecology.pk]), data)

    person = User.objects.get(name="示例某")
    assert person.check_password(answer.context["password"])
    assert answer["Cache-Control"].find("no-store") >= 0
    assert person.memberships.get().organisation == district.ecology


def test_an_account_is_edited_reset_stopped_and_started_again(as_, district):
    client, person = as_(sysadmin=district), UserFactory(member=district.villages[0])

    assert status(client, "person-edit", person.pk, method="post", name="新名", phone="10099998888", email="") == 302
    assert client.post(reverse("grids:person-password", args=[person.pk])).context["password"]
    assert [status(client, "person-active", person.pk, method="post", to="off") for _twice in range(2)] == [302, 302]
    person.refresh_from_db()
    assert (person.name, person.is_active, person.must_change_password) == ("新名", False, True)
    assert [status(client, "person-active", person.pk, method="post", to="on") for _twice in range(2)] == [302, 302]
    assert User.objects.get(pk=person.pk).is_active
    assert [AuditEvent.objects.filter(action=f"account.{act}").count() for act in ("deactivate", "activate")] == [1, 1]


@pytest.mark.parametrize("name", ["grid-edit", "organisation-edit", "headquarters-edit", "field-edit", "person-edit"])
def test_the_second_of_two_editors_is_told_and_may_press_again(as_, district, name):
    row = {
        "grid-edit": district.town_a,
        "organisation-edit": district.ecology,
        "headquarters-edit": (hq := services.create_headquarters(district=district, name="扬尘指挥部", by=None)).organisation,
        "field-edit": district.dust,
        "person-edit": UserFactory(member=district.villages[0]),
    }[name]
    client, address = as_(office_director=district), reverse(f"grids:{name}", args=[row.pk])
    form = client.get(address).context["form"]
    values = {field: form[field].value() for field in form.fields if field != "member_units"}
    words = {field: value for field, value in values.items() if value is not None and value is not False}
    if name == "headquarters-edit":
        Headquarters.objects.filter(pk=hq.pk).update(plan="别人写的")
    else:
        type(row).objects.filter(pk=row.pk).update(name="别人起的")
    mine = {"plan" if name == "headquarters-edit" else "name": "我写的"}

    late = client.post(address, words | mine)
    assert (late.status_code, "已被别人修改" in late.content.decode(), "我写的" in late.content.decode()) == (400, True, True)
    assert client.post(address, words | mine | {"seen": late.context["form"]["seen"].value()}).status_code == 302


def test_a_duty_ends_at_once_or_on_a_day(as_, district):
    client = as_(office_director=district)
    post = UserFactory(member=district.villages[0]).posts.get()
    seat = UserFactory(dept_handler=district.ecology).memberships.get()

    assert status(client, "post-end", post.pk, method="post", at_once="on", reason="调离") == 302
    assert status(client, "membership-end", seat.pk, method="post", ends_on=clock.today(), reason="退休") == 302
    assert status(client, "membership-end", seat.pk, method="post", reason="退休") == 400

    post.refresh_from_db()
    seat.refresh_from_db()
    assert post.revoked_at and not seat.revoked_at


def test_the_holder_arranges_a_stand_in_and_takes_it_back(as_, district):
    away, here = UserFactory(chief=district.town_a), UserFactory(chief=district.town_b)
    client, today = as_(away), clock.today()

    data = {"substitute": here.pk, "starts_on": today, "ends_on": today, "reason": "外出学习"}
    assert status(client, "post-handover", away.posts.get().pk, method="post", **data) == 302
    handover = Handover.objects.get()
    assert "外出学习" in client.get(reverse("grids:person", args=[away.pk])).content.decode()
    assert status(as_(UserFactory(chief=district.town_a)), "handover-end", handover.pk, method="post") == 403
    assert status(as_(away), "handover-end", handover.pk, method="post") == 302
    Handover.objects.update(starts_on=today - dt.timedelta(days=9), ends_on=today - dt.timedelta(days=5))
    assert status(as_(away), "handover-end", handover.pk, method="post") == 302
    handover.refresh_from_db()
    assert (handover.ends_on, AuditEvent.objects.filter(action="handover.end").count()) == (today - dt.timedelta(days=5), 1)


def test_people_are_found_by_a_number_however_it_is_kept_in_a_sheet_or_typed(as_, district):
    village, today = district.villages[0], clock.today()
    run = roster.Run(district, None, today)
    values = {"code": village.code, "updated": today, "names": "固话某、手机某", "titles": "", "phones": "0371-6600000、100-1234-5678"}
    columns = {PostRole.MEMBER: ("names", "titles", "phones")}
    assert roster.apply_posts(values, run, columns) == "updated"
    assert roster.apply_posts(values, run, columns) == "unchanged"
    client = as_(office_staff=district)
    for word, name in (("0371-6600000", "固话某"), ("03716600000", "固话某"), ("100-1234-5678", "手机某"), ("+86 10012345678", "手机某")):
        assert [person.name for person in client.get(reverse("grids:people"), {"q": word}).context["page"]] == [name], word


def test_people_are_found_by_unit_role_and_word(as_, district):
    UserFactory(dept_handler=district.ecology, name="环保某")
    UserFactory(member=district.villages[0], name="东村某", phone="10011223344")
    client = as_(office_staff=district)

    def names(**query):
        return {person.name for person in client.get(reverse("grids:people"), query).context["page"]}

    assert names(organisation=district.ecology.pk) == {"环保某"}
    assert names(role="member") == {"东村某"}
    assert names(q="10011223344") == {"东村某"}


# --- roster -------------------------------------------------------------------------------------------------------------------------
def test_a_roster_is_previewed_then_written_and_its_accounts_listed_once(as_, district):
    client, url = as_(office_director=district), reverse("grids:roster-import")
    file = messy()
    file.name = "网络表.xlsx"

    preview = client.post(url, {"file": file})
    assert preview.context["token"] and not Post.objects.exists()
    answer = client.post(url, {"token": preview.context["token"], "action": "import"})

    assert answer.context["outcome"].written and len(answer.context["accounts"]) == 7
    assert "no-store" in answer["Cache-Control"]
    book = client.post(reverse("grids:roster-accounts"), {"sealed": answer.context["sealed"]})
    cells = [cell for row in load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True) for cell in row]
    assert {row[5] for row in answer.context["accounts"]} <= set(cells)
    assert AuditEvent.objects.filter(action="export", actor_id=client.user.pk).exists()
    other = as_(office_director=district)
    assert status(other, "roster-accounts", method="post", sealed=answer.context["sealed"]) == 404
    assert status(other, "roster-accounts", method="post", sealed="made up") == 404


def test_what_is_not_a_roster_comes_back_with_the_reason(as_, district):
    file = io.BytesIO(b"PK nothing")
    file.name = "a.xlsx"
    answer = as_(office_director=district).post(reverse("grids:roster-import"), {"file": file})

    assert answer.status_code == 400
    assert "file" in answer.context["form"].errors


def test_the_blank_book_has_every_sheet(as_, district):
    answer = as_(office_director=district).get(reverse("grids:roster-import"), {"template": 1})

    assert len(load_workbook(io.BytesIO(answer.content)).sheetnames) == 3


def test_the_exported_network_table_is_read_back_without_a_change(as_, district):
    from airduty import roster

    UserFactory(chief=district.villages[0], name="示例甲", phone="10011110001")
    UserFactory(member=district.villages[0], name="示例乙", phone="10011110002")
    answer = as_(office_director=district).get(reverse("grids:export"))

    outcome = roster.run(io.BytesIO(answer.content), district=district, by=None, dry_run=True, partial=False)

    assert outcome.errors == [] and outcome.changes == 0


def test_whole_numbers_are_exported_for_the_office_only(as_, district):
    UserFactory(chief=district.villages[0], phone="10011110001")

    def text(client):
        sheet = load_workbook(io.BytesIO(client.get(reverse("grids:export")).content)).active
        return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)

    assert "10011110001" in text(as_(office_staff=district))
    assert "10011110001" not in text(as_(dept_handler=district.ecology))


# --- settings -----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("trait", "expected"), [("office_director", 200), ("sysadmin", 200), ("supervision", 403), ("leader", 403)])
def test_settings_show_the_pages_one_may_use(as_, district, trait, expected):
    assert as_(**{trait: district}).get(reverse("settings")).status_code == expected


# --- constant numbers of queries ----------------------------------------------------------------------------------------------------
def queries(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", ["tree", "map-data", "people", "organisations", "headquarters", "fields", "export"])
def test_lists_ask_the_database_equally_often_for_one_row_and_for_three(as_, district, name):
    client, url = as_(office_director=district), reverse(f"grids:{name}")
    UserFactory(chief=district.villages[0], dept_handler=district.ecology, commander=district.dust)
    client.get(url)
    once = queries(client, url)

    for n in range(2):
        grid = GridFactory(parent=district.town_b, polygon=square(115 + n), organisation=district.town_b.organisation)
        UserFactory(chief=grid, member=grid, dept_handler=district.housing, commander=district.straw)
        UserFactory(member=district.villages[n])

    assert queries(client, url) == once


@pytest.mark.parametrize("name", ["grid", "organisation", "person"])
def test_details_ask_equally_often(as_, district, name):
    client = as_(office_director=district)
    village = district.villages[0]
    person = UserFactory(chief=village, dept_handler=district.ecology)
    url = reverse(f"grids:{name}", args=[{"grid": district.town_a, "organisation": district.ecology, "person": person}[name].pk])
    client.get(url)
    once = queries(client, url)

    for n in range(2):
        UserFactory(chief=district.town_a, dept_handler=district.ecology)
        services.appoint(user=person, grid=district.villages[1 + n], role=PostRole.MEMBER, by=None)
        GridFactory(parent=district.town_a, organisation=district.town_a.organisation)

    assert queries(client, url) == once
