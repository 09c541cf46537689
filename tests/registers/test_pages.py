"""Pages of the registers: who sees what, what they show, what they refuse, and how many queries they take."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEvent
from registers.filters import SiteFilter
from registers.models import Site, SitePaper, SitePost
from registers.services.sites import save_site
from tests.factories.accounts import UserFactory
from tests.factories.grids import centre
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import TaskFactory
from tests.factories.registers import SiteFactory, SiteKindFactory, SitePostFactory

pytestmark = pytest.mark.django_db
LIST = "/sites/"


@pytest.fixture
def as_person(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def site(new_site, office):
    return save_site(new_site(), by=office)


def page_of(site) -> str:
    return reverse("rectification:site", args=[site.uuid])


def form_data(kind, district, **changes):
    lon, lat = centre(district.villages[0])
    data = {
        "name": "西苑二期", "address": "文昌街3号", "lon": lon, "lat": lat, "risk": "key", "status": "building", "own_builder": "示例置业",
        "own_contractor": "示例建工", "own_stage": "基础", "own_land_area": "1200.5", "own_fence": "true", "own_started_on": "2026-03-05",
    }  # fmt: skip
    return data | changes


# --- list ---------------------------------------------------------------------------------------------------------------------------
def test_the_list_asks_people_to_sign_in(client):
    assert client.get(LIST).status_code == 302


def test_the_list_shows_each_person_the_objects_of_his_area(as_person, site, town, other_town):
    assert site.code in as_person(town).get(LIST).content.decode()
    assert site.code not in as_person(other_town).get(LIST).content.decode()


def test_who_only_serves_the_system_has_no_part_in_the_list(as_person, district):
    assert as_person(UserFactory(auditor=district)).get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("kind=construction", True), ("kind=catering", False), ("q=东湖", True), ("q=西湖", False), ("risk=key", False),
        ("status=building", True), ("status=suspended", False), ("unvisited=7", True), ("problems=on", False), ("box=over", False), ("box=all", True),
    ],
)  # fmt: skip
def test_filters_stay_in_the_address(as_person, site, office, district, query, found):
    SiteKindFactory(district=district, code="catering")
    answer = as_person(office).get(f"{LIST}?{query}")
    assert answer.status_code == 200
    assert (f">{site.code}</a>" in answer.content.decode()) is found


def test_the_filter_by_status_holds_after_the_schema_was_drawn(as_person, site, office):
    assert SiteFilter.base_filters["status"].field, "as the drawing of the API's schema asks for it"

    assert f">{site.code}</a>" not in as_person(office).get(f"{LIST}?status=suspended").content.decode()


def test_the_list_filters_by_grid_and_organisation(as_person, site, office, district):
    for query, found in (
        (f"township={district.town_a.code}", True),
        (f"township={district.town_b.code}", False),
        (f"grid={district.villages[0].pk}", True),
    ):
        assert (f">{site.code}</a>" in as_person(office).get(f"{LIST}?{query}").content.decode()) is found, query


def test_nonsense_in_the_address_is_told_at_the_filter(as_person, site, office):
    answer = as_person(office).get(f"{LIST}?kind=nothing&ordering=drop&page=x")
    assert answer.status_code == 200
    assert "notice-bad" in answer.content.decode()


def test_the_list_counts_kinds_and_problems_in_red_when_late(as_person, site, office, district):
    from common import clock

    FindingFactory(district=district, site=site, state="assigned", due_at=clock.now() - clock.now().resolution)
    text = as_person(office).get(LIST).content.decode()
    assert "逾期 1" in text
    assert re.search(r"工地</span> <b>1</b>", text)


@pytest.mark.parametrize("address", [LIST, "/sites/map/data/", "/sites/qr/", "/api/v1/sites/"])
def test_pages_of_many_ask_the_same_for_one_and_three(as_person, office, district, kind, address, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = as_person(office), []
    for n in (1, 2):
        for _ in range(n):
            made = SiteFactory(district=district, kind=kind, lon=114.001, lat=34.001, organisation=district.housing)
            FindingFactory(district=district, site=made)
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_one_object_asks_the_same_for_one_and_three_of_each_thing(as_person, office, site, district):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = as_person(office), []
    for n in (1, 2):
        for _ in range(n):
            FindingFactory(district=district, site=site)
            site.events.create(action="edit", by=office, by_name=str(office), changes={"name": ["a", "b"]}, at=site.updated_at)
        client.get(page_of(site))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page_of(site)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- one object ---------------------------------------------------------------------------------------------------------------------
def test_the_page_of_an_object_shows_facts_trio_problems_and_history(as_person, site, office, district):
    SitePostFactory(site=site, name="示例监督")
    finding = FindingFactory(district=district, site=site, text="东侧裸土未覆盖")
    text = as_person(office).get(page_of(site)).content.decode()
    for words in ("GD-0001", "示例置业", "示例监督", "空缺", finding.number, "东侧裸土未覆盖", "录入"):
        assert words in text, words


def test_the_page_of_an_object_lists_its_tasks_and_all_of_everything_when_asked(as_person, site, office, district):
    task = TaskFactory(finding=FindingFactory(district=district, site=site), organisation=district.housing)
    FindingFactory.create_batch(21, district=district, site=site)
    page = as_person(office).get(page_of(site))
    assert ([row.task for row in page.context["tasks"]], len(page.context["rows"]), "?all=1#findings" in page.content.decode()) == ([task], 20, True)
    assert len(as_person(office).get(f"{page_of(site)}?all=1").context["rows"]) == 22


def test_an_object_outside_ones_area_is_not_there(as_person, site, other_town):
    for name in ("rectification:site", "registers:edit", "registers:end", "registers:new-post", "registers:new-paper"):
        assert as_person(other_town).get(reverse(name, args=[site.uuid])).status_code == 404


def test_findings_a_person_may_not_see_are_not_on_the_page(as_person, site, town, district):
    sealed = FindingFactory(district=district, site=site, text="暗访发现", is_sealed=True)
    assert sealed.number not in as_person(town).get(page_of(site)).content.decode()


def test_readers_are_offered_no_change(as_person, site, member, leader):
    for person in (member, leader):
        text = as_person(person).get(page_of(site)).content.decode()
        assert reverse("registers:edit", args=[site.uuid]) not in text
        assert as_person(person).get(reverse("registers:edit", args=[site.uuid])).status_code == 403


# --- forms --------------------------------------------------------------------------------------------------------------------------
def test_the_form_is_made_from_the_kind_and_makes_an_object(as_person, town, kind, district):
    address = reverse("registers:new", args=[kind.pk])
    assert "own_stage" in as_person(town).get(address).content.decode()
    answer = as_person(town).post(address, form_data(kind, district))
    made = Site.objects.get()
    assert answer.headers["Location"] == page_of(made)
    assert made.attributes == {
        "builder": "示例置业", "contractor": "示例建工", "stage": "基础", "land_area": 1200.5, "fence": True, "started_on": "2026-03-05",
    }  # fmt: skip
    assert (made.grid, made.created_by, made.risk) == (district.villages[0], town, "key")


def test_a_form_comes_back_filled_with_the_reason_at_the_field(as_person, town, kind, district):
    answer = as_person(town).post(
        reverse("registers:new", args=[kind.pk]), form_data(kind, district, own_stage="", own_land_area="很大", name="西苑")
    )
    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="西苑"' in text
    assert 'value="很大"' in text
    assert not Site.objects.exists()


def test_who_may_not_enter_objects_is_told_why(as_person, member, kind):
    answer = as_person(member).get(reverse("registers:new", args=[kind.pk]))
    assert answer.status_code == 403
    assert "网格长" in answer.content.decode()


def test_the_second_of_two_editors_keeps_his_words_and_is_warned(as_person, site, office, kind, district):
    address = reverse("registers:edit", args=[site.uuid])
    mine = Site.objects.get(pk=site.pk)
    mine.note = "先保存"
    save_site(mine, by=office)
    answer = as_person(office).post(address, form_data(kind, district, version="1", name="后来的名字"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="后来的名字"' in text
    assert 'name="version" value="2"' in text
    assert as_person(office).post(address, form_data(kind, district, version="2", name="后来的名字")).status_code == 302
    assert Site.objects.get().name == "后来的名字"


def test_a_new_object_sent_twice_is_one_and_shows_its_page_again(as_person, town, kind, district):
    address = reverse("registers:new", args=[kind.pk])
    client = as_person(town)
    data = form_data(kind, district, uuid=str(client.get(address).context["form"]["uuid"].value()))
    answers = [client.post(address, data), client.post(address, data)]
    assert [answer.headers["Location"] for answer in answers] == [page_of(Site.objects.get())] * 2
    assert AuditEvent.objects.filter(action="site.new").count() == 1


def test_the_number_of_somebody_elses_object_gives_nothing_away(as_person, other_town, site, kind, district):
    lon, lat = centre(district.villages[-1])
    data = form_data(kind, district, uuid=str(site.uuid), lon=lon, lat=lat)
    assert as_person(other_town).post(reverse("registers:new", args=[kind.pk]), data).status_code == 404
    assert Site.objects.count() == 1


def test_a_second_object_of_one_name_and_address_wants_a_code_of_its_own(as_person, town, kind, district):
    address = reverse("registers:new", args=[kind.pk])
    assert as_person(town).post(address, form_data(kind, district)).status_code == 302
    again = as_person(town).post(address, form_data(kind, district))
    assert (again.status_code, "已有名称和地址都相同的对象 GD-0001" in again.content.decode()) == (400, True)
    assert as_person(town).post(address, form_data(kind, district, code="二标段")).status_code == 302
    assert list(Site.objects.order_by("pk").values_list("code", flat=True)) == ["GD-0001", "二标段"]


def test_closing_sent_twice_does_not_open_the_object_again(as_person, site, office):
    address = reverse("registers:end", args=[site.uuid])
    data = {"step": "close", "status": "finished", "note": "已验收", "version": "1"}
    assert [as_person(office).post(address, data).headers["Location"] for _ in range(2)] == [page_of(site)] * 2
    assert (Site.objects.get().is_over, site.events.filter(action="close").count()) == (True, 1)


def test_who_closes_what_was_changed_meanwhile_is_told_and_may_press_again(as_person, site, office):
    address, data = reverse("registers:end", args=[site.uuid]), {"step": "close", "status": "finished", "note": "已验收"}
    mine = Site.objects.get(pk=site.pk)
    mine.note = "先保存"
    save_site(mine, by=office)
    late = as_person(office).post(address, data | {"version": "1"})
    assert (late.status_code, "已验收" in late.content.decode()) == (409, True)
    assert as_person(office).post(address, data | {"version": late.context["form"]["version"].value()}).status_code == 302


def test_closing_wants_a_reason_and_offers_the_statuses_of_the_end(as_person, site, office):
    address = reverse("registers:end", args=[site.uuid])
    assert "竣工" in as_person(office).get(address).content.decode()
    assert as_person(office).post(address, {"status": "finished", "note": ""}).status_code == 400
    assert as_person(office).post(address, {"status": "finished", "note": "已验收", "version": "9"}).status_code == 409
    assert as_person(office).post(address, {"status": "finished", "note": "已验收", "version": "1"}).status_code == 302
    assert Site.objects.get().is_over
    assert as_person(office).post(address, {"note": "复工", "version": "2"}).status_code == 302
    assert not Site.objects.get().is_over


def test_the_trio_is_appointed_and_ended_on_the_page(as_person, site, town):
    address = reverse("registers:new-post", args=[site.uuid])
    assert as_person(town).get(address).status_code == 200
    assert as_person(town).post(address, {"role": "overseer", "name": "示例甲", "starts_on": "2026-11-01"}).status_code == 302
    post = SitePost.objects.get()
    end = reverse("registers:end-post", args=[post.pk])
    assert as_person(town).post(end, {"ends_on": "2026-10-01"}).status_code == 400
    assert as_person(town).post(end, {"ends_on": "2026-11-20"}).status_code == 302
    post.refresh_from_db()
    assert str(post.ends_on) == "2026-11-20"


def test_appointing_and_ending_twice_is_once_and_an_end_is_not_put_off(as_person, site, town):
    new = reverse("registers:new-post", args=[site.uuid])
    for _ in range(2):
        assert as_person(town).post(new, {"role": "overseer", "name": "示例甲", "starts_on": "2026-11-01"}).status_code == 302
    end = reverse("registers:end-post", args=[SitePost.objects.get().pk])
    for _ in range(2):
        assert as_person(town).post(end, {"ends_on": "2026-11-20"}).status_code == 302
    later = as_person(town).post(end, {"ends_on": "2026-11-25"})
    assert (later.status_code, "任职已于 2026-11-20 结束" in later.content.decode()) == (400, True)
    assert list(site.events.order_by("pk").values_list("action", flat=True)) == ["new", "appoint", "end_post"]


def test_the_same_paper_sent_twice_is_kept_once(as_person, site, town):
    for _ in range(2):
        file = SimpleUploadedFile("检测报告.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", "application/pdf")
        assert as_person(town).post(reverse("registers:new-paper", args=[site.uuid]), {"title": "", "file": file}).status_code == 302
    assert (SitePaper.objects.count(), site.events.filter(action="paper").count()) == (1, 1)


def test_a_paper_is_kept_and_given_out_after_the_same_question(as_person, site, town, other_town):
    file = SimpleUploadedFile("检测报告.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", "application/pdf")
    answer = as_person(town).post(reverse("registers:new-paper", args=[site.uuid]), {"title": "", "file": file})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    paper = SitePaper.objects.get()
    assert paper.title == "检测报告.pdf"
    address = reverse("registers:paper", args=[paper.pk])
    given = as_person(town).get(address)
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(given.streaming_content).startswith(b"%PDF")
    assert as_person(other_town).get(address).status_code == 404
    assert AuditEvent.objects.filter(action="site.download").count() == 1


# --- personal data ------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def household(new_site, office, households):
    attributes = {
        "id_number": "410101199001010012",
        "phone": "13900001234",
        "way": "气代煤",
        "accepted_on": "2026-10-01",
        "visitor": "甲",
        "visited_on": "2026-10-02",
    }
    return save_site(new_site(kind=households, name="示例丙寅", contact_phone="10000000009", attributes=attributes), by=office)


SECRETS = ("示例丙寅", "410101199001010012", "13900001234", "10000000009")


def test_personal_data_are_covered_up_on_every_page(as_person, household, office):
    client = as_person(office)
    for address in (
        LIST,
        page_of(household),
        reverse("registers:edit", args=[household.uuid]),
        "/sites/map/data/",
        "/sites/qr/",
        "/api/v1/sites/",
        f"/api/v1/sites/{household.uuid}/",
    ):
        text = client.get(address).content.decode()
        assert not [secret for secret in SECRETS if secret in text], address


def test_showing_them_whole_is_on_record_and_not_for_everybody(as_person, household, town, leader, housing):
    address = reverse("registers:personal", args=[household.uuid])
    text = as_person(town).post(address).content.decode()
    assert all(secret in text for secret in SECRETS)
    assert AuditEvent.objects.get(action="site.show_personal").actor_id == town.pk
    assert as_person(leader).post(address).status_code == 403


def test_covered_columns_left_empty_keep_what_stands(as_person, household, office):
    kept = {"address": "", "risk": "general", "status": "in_use", "version": "1", "note": "已回访", "own_id_number": "", "own_phone": "无"}
    stays = {
        "own_way": "气代煤",
        "own_accepted_on": "2026-10-01",
        "own_visitor": "甲",
        "own_visited_on": "2026-10-02",
        "lon": household.lon,
        "lat": household.lat,
    }
    answer = as_person(office).post(reverse("registers:edit", args=[household.uuid]), kept | stays)
    assert answer.status_code == 302, re.findall(r"field-error[^<]*<[^>]*>[^<]*|field-error\">([^<]*)", answer.content.decode())
    now = Site.objects.get()
    assert (now.name, now.attributes["id_number"], "phone" in now.attributes) == ("示例丙寅", "410101199001010012", False)


# --- labels, map, API ---------------------------------------------------------------------------------------------------------------
def test_labels_carry_the_address_of_the_field_app(as_person, site, office, monkeypatch):
    from common import qr

    drawn = []
    monkeypatch.setattr(qr, "picture", lambda text, **options: drawn.append(text) or "data:,")
    text = as_person(office).get("/sites/qr/?kind=construction").content.decode()
    assert drawn == [f"http://localhost:8000/m/site/{site.uuid}/"]
    assert site.code in text
    assert "甲街道 东村" in text


def test_the_map_colours_nothing_but_late(as_person, site, office, district):
    from common import clock

    assert as_person(office).get("/sites/map/").status_code == 200
    assert as_person(office).get("/sites/map/data/").json()["points"] == [[str(site.uuid), "GD-0001", "东湖小区一期", site.lon, site.lat, False]]
    FindingFactory(district=district, site=site, state="assigned", due_at=clock.now() - clock.now().resolution)
    assert as_person(office).get("/sites/map/data/").json()["points"][0][-1] is True


def test_programs_read_objects_with_their_columns(as_person, site, office):
    client = as_person(office)
    rows = client.get("/api/v1/sites/?kind=construction&q=东湖").json()
    assert [row["code"] for row in rows["results"]] == ["GD-0001"]
    one = client.get(f"/api/v1/sites/{site.uuid}/").json()
    assert (one["attributes"]["stage"], one["kind"], one["grid_name"]) == ("土方", "construction", "东村")
    assert client.get("/api/v1/sites/?format=pdf").status_code == 400
    assert client.get("/api/v1/sites/?kind=nothing").status_code == 400


def test_programs_are_told_to_sign_in(client, site):
    assert client.get("/api/v1/sites/").status_code == 401


def test_people_keep_views_of_this_list_beside_those_of_the_ledger(as_person, site, office):
    client = as_person(office)
    kept = client.post(reverse("inspections:save-view"), {"name": "重点工地", "query": "kind=construction&risk=key", "page": "sites"})
    assert kept.headers["Location"] == "/sites/?kind=construction&risk=key"
    assert "重点工地" in client.get(LIST).content.decode()
    assert "重点工地" not in client.get(reverse("inspections:ledger")).content.decode()
    view = office.saved_views.get()
    assert client.post(reverse("inspections:change-view", args=[view.pk]), {"action": "delete"}).headers["Location"].startswith(LIST)
    assert client.post(reverse("inspections:save-view"), {"name": "x", "query": "", "page": "nowhere"}).headers["Location"].startswith("/ledger/")
