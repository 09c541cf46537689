"""Making and changing an object: what is refused and why, its code, its grid, its history."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction

from audit.models import AuditEvent
from common.errors import Conflict, NotYourRole
from registers.models import Site, SitePost
from registers.services import personal, posts
from registers.services.sites import close, reopen, save_site
from tests.factories.grids import centre
from tests.factories.registers import SiteFactory, SiteKindFactory, SitePostFactory

pytestmark = pytest.mark.django_db


def refusal(act) -> dict:
    with pytest.raises(ValidationError) as refused:
        act()
    return refused.value.message_dict


def test_a_new_object_gets_code_grid_history_and_a_sealed_audit_event(new_site, office, district):
    site = save_site(new_site(), by=office)
    assert (site.code, site.grid, site.grid_path) == ("GD-0001", district.villages[0], district.villages[0].path)
    assert (site.status, site.is_over, site.place_note) == ("building", False, "")
    event = site.events.get()
    assert (event.action, event.by, event.changes["name"]) == ("new", office, [None, "东湖小区一期"])
    assert AuditEvent.objects.about(site).get().action == "site.new"


def test_the_chain_proves_every_object(new_site, office):
    site = save_site(new_site(attributes={"builder": "甲", "contractor": "乙", "stage": "土方", "land_area": 1200.0, "floor_area": 0.5}), by=office)
    site = Site.objects.get(pk=site.pk)
    site.attributes["land_area"] = 1e20
    save_site(site, by=office, version=1)
    call_command("verify_audit", "--state")


def test_acts_on_an_object_that_somebody_changed_meanwhile_are_no_false_alarm(new_site, office, town, district):
    site = save_site(new_site(), by=office)
    other = Site.objects.get(pk=site.pk)
    other.name = "东湖小区二期"
    save_site(other, by=office, version=site.version)
    upload = SimpleUploadedFile("环评.pdf", b"%PDF-1.4 paper", "application/pdf")
    post = posts.appoint(site, role="overseer", name="赵一", by=office)
    post.site = site
    posts.end(post, by=office)
    paper = posts.add_paper(site, upload, title="环评", by=office)
    paper.site = site
    posts.hand_out(paper, by=office)
    personal.show_personal(site, by=office)
    call_command("verify_audit", "--state")


def test_codes_pass_over_those_already_taken(new_site, office):
    save_site(new_site(code="GD-0002", name="带来的编号"), by=office)
    assert [save_site(new_site(name=f"第{n}处"), by=office).code for n in range(2)] == ["GD-0001", "GD-0003"]


def test_a_code_used_twice_is_refused_at_its_column(new_site, office):
    save_site(new_site(code="甲-1"), by=office)
    assert refusal(lambda: save_site(new_site(code="甲-1", name="另一处"), by=office)) == {"code": ["编号“甲-1”已用于另一个对象。"]}


@pytest.mark.parametrize(
    ("attributes", "column", "said"),
    [
        ({"builder": "甲", "contractor": "乙"}, "stage", "必填，不能为空。"),
        ({"builder": "甲", "contractor": "乙", "stage": "挖坑"}, "stage", "应为下列之一：土方、基础、主体、装饰、停工。"),
        ({"builder": "甲", "contractor": "乙", "stage": "土方", "sprays": "三"}, "sprays", "应填整数，例如 12。"),
        ({"builder": "甲", "contractor": "乙", "stage": "土方", "land_area": -1}, "land_area", "不能小于 0。"),
        ({"builder": "甲", "contractor": "乙", "stage": "土方", "started_on": "2026-13-01"}, "started_on", "应为日期，例如 2026-03-05。"),
        ({"builder": "甲", "contractor": "乙", "stage": "土方", "fence": "有"}, "fence", "应填“是”或“否”。"),
        ({"builder": "甲" * 201, "contractor": "乙", "stage": "土方"}, "builder", "共 201 个字，最多 200 个字，请缩短。"),
        ({"builder": "甲", "contractor": "乙", "stage": "土方", "x": 1}, "x", "这一类对象没有这一栏，请在“对象类型”设置里增加。"),
    ],
)
def test_what_does_not_suit_its_column_is_refused_with_reason_and_remedy(new_site, office, attributes, column, said):
    assert refusal(lambda: save_site(new_site(attributes=attributes), by=office)) == {column: [said]}
    assert not Site.objects.exists()


def test_all_that_is_wrong_is_said_at_once(new_site, office):
    wrong = refusal(lambda: save_site(new_site(name=" ", address="", status="gone", risk="x", lat=None, attributes={}), by=office))
    assert set(wrong) == {"name", "address", "status", "risk", "lon", "builder", "contractor", "stage"}


def test_a_point_in_no_grid_and_one_on_a_border_are_told_not_refused(new_site, office, district):
    outside = save_site(new_site(lon=100.0, lat=30.0), by=office)
    assert outside.grid is None
    assert "不在任何网格内" in outside.place_note
    assert outside in Site.objects.visible_to(office)
    village, other = district.villages[:2]
    border = save_site(new_site(name="交界", lon=other.min_lon, lat=centre(other)[1]), by=office)
    assert (border.grid, "交界" in border.place_note) == (None, True)
    chosen = save_site(new_site(name="选定", lon=other.min_lon, lat=centre(other)[1], grid=village), by=office)
    assert (chosen.grid, chosen.place_note) == (village, "")
    far = save_site(new_site(name="不符", grid=district.villages[3]), by=office)
    assert "与所选网格" in far.place_note


def test_a_change_keeps_what_stood_there_before(new_site, office):
    site = save_site(new_site(), by=office)
    site.name, site.attributes = "东湖小区二期", site.attributes | {"stage": "主体"}
    save_site(site, by=office, version=1, note="进入主体施工")
    assert (site.version, site.events.count()) == (2, 2)
    event = site.events.first()
    assert (event.changes, event.note) == ({"name": ["东湖小区一期", "东湖小区二期"], "stage": ["土方", "主体"]}, "进入主体施工")


def test_saving_without_a_change_leaves_no_trace(new_site, office):
    site = save_site(new_site(), by=office)
    save_site(Site.objects.get(pk=site.pk), by=office, version=1)
    assert (site.events.count(), Site.objects.get().version) == (1, 1)


def test_who_has_seen_an_older_version_is_told_so(new_site, office):
    site = save_site(new_site(), by=office)
    mine, theirs = Site.objects.get(pk=site.pk), Site.objects.get(pk=site.pk)
    theirs.note = "先保存"
    save_site(theirs, by=office, version=1)
    mine.note = "后保存"
    with pytest.raises(Conflict):
        save_site(mine, by=office, version=1)
    assert Site.objects.get().note == "先保存"


def test_each_keeps_the_objects_of_his_area_or_field(new_site, office, town, chief, housing, other_town, member, leader):
    site = save_site(new_site(), by=office)
    for n, person in enumerate((town, chief, housing), 1):
        mine = Site.objects.get(pk=site.pk)
        mine.note = f"第{n}次"
        save_site(mine, by=person, version=n)
    for person in (other_town, member, leader):
        with pytest.raises(NotYourRole):
            save_site(Site.objects.get(pk=site.pk), by=person)


def test_a_township_enters_nothing_outside_its_area(new_site, town, district):
    lon, lat = centre(district.villages[3])
    assert "不在您负责的网格或领域内" in refusal(lambda: save_site(new_site(lon=lon, lat=lat), by=town))["grid"][0]
    assert save_site(new_site(), by=town).created_by == town


def test_rows_are_seen_by_grid_field_and_charge(new_site, office, town, other_town, housing, member, leader, district):
    site = save_site(new_site(), by=office)
    for person in (office, town, housing, member, leader):
        assert site in Site.objects.visible_to(person)
    assert site not in Site.objects.visible_to(other_town)
    site.organisation = district.town_b.organisation
    save_site(site, by=office)
    assert site in Site.objects.visible_to(other_town)


def test_closing_ends_the_visits_and_reopening_begins_them_again(new_site, office):
    site = save_site(new_site(), by=office)
    assert "note" in refusal(lambda: close(site, by=office, note=""))
    close(site, by=office, note="已竣工", version=1)
    assert (site.status, site.is_over, list(Site.objects.active())) == ("finished", True, [])
    reopen(site, by=office, note="复工", version=2)
    assert (site.status, site.is_over, site.events.first().action) == ("building", False, "reopen")


def test_values_of_a_retired_column_stay(new_site, office, kind):
    site = save_site(new_site(attributes={"builder": "甲", "contractor": "乙", "stage": "土方", "device": "YC-1"}), by=office)
    kind.schema["properties"]["device"]["x-retired"] = True
    kind.save()
    site = Site.objects.select_related("kind").get(pk=site.pk)
    site.attributes = {"builder": "甲", "contractor": "丙", "stage": "土方"}
    save_site(site, by=office)
    assert Site.objects.get(pk=site.pk).attributes["device"] == "YC-1"


def test_history_and_chain_cover_up_personal_data(new_site, office, households):
    attributes = {"id_number": "410101199001010012", "way": "气代煤", "accepted_on": "2026-10-01", "visitor": "甲", "visited_on": "2026-10-02"}
    site = save_site(new_site(kind=households, name="示例丙寅", contact_phone="10000000009", attributes=attributes), by=office)
    told = str(site.events.get().changes) + (AuditEvent.objects.about(site).get().payload or "")
    for secret in ("示例丙寅", "410101199001010012", "10000000009"):
        assert secret not in told
    site.attributes = site.attributes | {"id_number": "410199999999990012"}
    save_site(site, by=office)
    assert site.events.first().changes == {"id_number": ["4101**********0012", "（已更改）"]}


def test_two_characters_find_an_object(new_site, office):
    site = save_site(new_site(), by=office)
    for words in ("东湖", "迎宾路", "gd-0001", "0001", "示例置业"):
        assert list(Site.objects.matching(words)) == [site], words
    assert not Site.objects.matching("湖东").exists()


def test_a_post_of_the_trio_has_one_holder(new_site, office, district):
    site = save_site(new_site(), by=office)
    first = posts.appoint(site, role="overseer", name="示例甲", phone="10000000001", by=office)
    posts.appoint(site, role="overseer", name="示例乙", by=office)
    first.refresh_from_db()
    assert first.ends_on is not None
    assert [post.name for post in SitePost.objects.filter(ends_on=None)] == ["示例乙"]
    posts.end(SitePost.objects.get(name="示例乙"), by=office)
    assert not SitePost.objects.filter(ends_on=None).exists()
    assert "role" in refusal(lambda: posts.appoint(site, role="boss", name="x", by=office))


def test_only_kinds_with_a_trio_have_one(new_site, office, district):
    site = SiteFactory(district=district, kind=SiteKindFactory(district=district, code="catering"))
    assert "role" in refusal(lambda: posts.appoint(site, role="overseer", name="示例甲", by=office))


# --- what the database holds --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("wrong", [{"risk": "x"}, {"lon": 200.0, "lat": 0.0}, {"lon": None, "lat": 3.0}])
def test_the_database_refuses_nonsense(district, wrong):
    site = SiteFactory(district=district, lon=114.0, lat=34.0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.filter(pk=site.pk).update(**wrong)


def test_the_database_holds_one_code_per_kind_and_one_holder_per_post(district):
    site = SiteFactory(district=district)
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteFactory(district=district, code=site.code)
    SitePostFactory(site=site)
    with pytest.raises(IntegrityError), transaction.atomic():
        SitePostFactory(site=site)


# --- many at once -------------------------------------------------------------------------------------------------------------------
def at_once(*jobs):
    gate, answers = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(n, job):
        try:
            gate.wait(30)
            answers[n] = job()
        except (Conflict, ValidationError) as error:
            answers[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's")
def test_twelve_entered_at_once_get_twelve_codes(new_site, office):
    answers = at_once(*(lambda n=n: save_site(new_site(name=f"同时{n}"), by=office) for n in range(12)))
    assert sorted(site.code for site in answers) == [f"GD-{n:04d}" for n in range(1, 13)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's")
def test_of_two_editors_at_once_one_is_told_to_look_again(new_site, office):
    save_site(new_site(), by=office)

    def edit(n):
        mine = Site.objects.select_related("kind", "district").get()
        gate.wait(30)
        mine.note = f"第{n}人"
        return save_site(mine, by=office, version=1)

    gate = threading.Barrier(2)
    answers = at_once(lambda: edit(1), lambda: edit(2))
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Site"]
    assert Site.objects.get().version == 2
