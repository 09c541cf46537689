"""Kinds are data: a column or a status more needs no migration; what is in use is not taken away. Grids and units that change take their objects along."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from audit.models import AuditEvent
from common import clock
from common.errors import Conflict, NotYourRole
from grids import services as structure
from registers import defaults, schema
from registers.models import Site, SiteKind
from registers.services import kinds
from registers.services.sites import save_site
from tests.factories.accounts import UserFactory
from tests.factories.grids import SIDE, DistrictFactory, FieldFactory, square
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db


def titles(kind) -> list[str]:
    return [line.title for line in schema.lines(SiteKind.objects.get(pk=kind.pk).schema)]


@pytest.fixture
def reload(kind):
    return lambda: SiteKind.objects.get(pk=kind.pk)


# --- defaults -----------------------------------------------------------------------------------------------------------------------
def test_a_new_district_has_every_kind_and_keeps_what_it_edits(district):
    for code in ("industry", "coal", "vocs", "vehicle", "scattered", "station"):
        FieldFactory(district=district, code=code)
    defaults.load(district)
    assert district.site_kinds.count() == len(defaults.KINDS) == 15
    district.site_kinds.filter(code="catering").update(name="小餐饮")
    defaults.load(district)
    assert district.site_kinds.get(code="catering").name == "小餐饮"
    assert district.site_kinds.count() == 15


@pytest.mark.parametrize("kind", defaults.KINDS, ids=lambda kind: kind["code"])
def test_every_default_table_is_a_sound_schema_with_words_of_its_own(kind):
    schema.validator(kind["schema"]).check_schema(kind["schema"])
    words = [word for line in schema.lines(kind["schema"]) for word in (line.title, *line.synonyms)]
    assert len(words) == len(set(words))
    assert {"@name"} <= set(kind["schema"]["x-order"])
    assert any(not status["is_over"] for status in kind["statuses"])


def test_personal_columns_of_the_defaults_are_marked(district):
    marked = {line.key: line.mask for line in schema.lines(defaults.COAL_REPLACEMENT["schema"]) if line.mask}
    assert marked == {"@name": "name", "id_number": "id", "phone": "phone"}


# --- columns ------------------------------------------------------------------------------------------------------------------------
def test_a_new_column_is_there_at_once(kind, director, reload, new_site, office):
    key = kinds.save_column(kind, "", by=director, title="雾炮型号", value_kind="choice", choices=["甲型", "乙型"], synonyms=["雾炮规格"])
    assert titles(kind)[-1] == "雾炮型号"
    site = save_site(new_site(kind=reload(), attributes={"builder": "甲", "contractor": "乙", "stage": "土方", key: "甲型"}), by=office)
    assert site.attributes[key] == "甲型"
    assert AuditEvent.objects.get(action="site_kind.column").actor_id == director.pk


def test_words_in_use_are_not_taken_out_of_a_choice(kind, director, new_site, office):
    save_site(new_site(), by=office)
    words = [word for word in schema.lines(kind.schema)[0:] if word.key == "stage"][0].choices
    with pytest.raises(ValidationError, match="还有 1 个对象填的是“土方”"):
        kinds.save_column(kind, "stage", by=director, title="施工阶段", choices=[word for word in words if word != "土方"])
    kinds.save_column(kind, "stage", by=director, title="施工进度", choices=[word for word in words if word != "主体"], required=True)
    assert "施工进度" in titles(kind)


def test_a_column_is_renamed_moved_and_retired(kind, director, reload):
    kinds.save_column(kind, "@name", by=director, title="项目全称", synonyms=["工程名称"])
    kinds.move_column(kind, "builder", up=True, by=director)
    assert titles(kind)[:2] == ["建设单位", "项目全称"]
    kinds.save_column(kind, "builder", by=director, title="建设单位", required=True, retired=True)
    assert "建设单位" not in titles(kind)
    assert "builder" not in reload().schema["required"]
    kinds.move_column(kind, "@name", up=True, by=director)
    assert titles(kind)[0] == "项目全称"


def test_two_columns_never_have_one_title(kind, director):
    with pytest.raises(ValidationError, match="已有名为"):
        kinds.save_column(kind, "", by=director, title="施工单位")
    with pytest.raises(ValidationError, match="请填写可选的词"):
        kinds.save_column(kind, "", by=director, title="新的", value_kind="choice")


def test_only_the_keepers_change_kinds(kind, office):
    for act in (
        lambda: kinds.save_kind(kind, by=office),
        lambda: kinds.save_column(kind, "", by=office, title="x"),
        lambda: kinds.move_column(kind, "builder", up=True, by=office),
    ):
        with pytest.raises(NotYourRole):
            act()


# --- statuses -----------------------------------------------------------------------------------------------------------------------
def test_statuses_are_renamed_added_and_their_objects_follow(kind, director, new_site, office, reload):
    site = save_site(new_site(status="suspended"), by=office)
    wanted = [dict(status) for status in kind.statuses]
    wanted[1] |= {"label": "长期停工", "is_over": True}
    kinds.save_kind(kind, by=director, statuses=[*wanted, {"code": "", "label": "未开工", "is_over": False}])
    site.refresh_from_db()
    assert site.is_over
    assert reload().status_labels["suspended"] == "长期停工"
    assert reload().statuses[-1] == {"code": "s1", "label": "未开工", "is_over": False}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([{"code": "finished", "label": "竣工", "is_over": True}], "至少要有一个在管的状态"),
        ([{"code": "", "label": "甲"}, {"code": "", "label": "甲"}], "不能重复"),
        ([{"code": "suspended", "label": "停工"}], "还有 1 个对象的状态是“在建”"),
    ],
)
def test_statuses_that_cannot_be_are_refused(kind, director, new_site, office, wanted, said):
    save_site(new_site(), by=office)
    with pytest.raises(ValidationError, match=said):
        kinds.save_kind(kind, by=director, statuses=wanted)


# --- pages --------------------------------------------------------------------------------------------------------------------------
def test_the_pages_of_the_kinds_are_the_keepers(client, kind, director, office, member):
    for person, code in ((director, 200), (office, 403), (member, 403)):
        client.force_login(person)
        assert client.get(reverse("registers:kind", args=[kind.pk])).status_code == code
        assert client.get(reverse("registers:new-kind")).status_code == code
        assert client.get(reverse("registers:kinds")).status_code == 200
    client.force_login(UserFactory(office_director=DistrictFactory()))
    assert client.get(reverse("registers:kind", args=[kind.pk])).status_code in (403, 404)


def formset(*statuses) -> dict:
    data = {"status-TOTAL_FORMS": len(statuses), "status-INITIAL_FORMS": 0}
    for n, (code, label, is_over) in enumerate(statuses):
        data |= {f"status-{n}-code": code, f"status-{n}-label": label} | ({f"status-{n}-is_over": "on"} if is_over else {})
    return data


def test_a_kind_is_made_and_changed_on_its_page(client, director, district):
    client.force_login(director)
    data = {"name": "喷漆房", "code": "booth", "prefix": "PQ", "field": district.dust.pk, "position": 30, "is_active": "on", "icon": ""}
    statuses = formset(("", "在用", False), ("", "拆除", True), ("", "", False))
    assert client.post(reverse("registers:new-kind"), data).status_code == 400, "without statuses"
    assert client.post(reverse("registers:new-kind"), data | statuses).status_code == 302
    kind = SiteKind.objects.get(code="booth")
    assert [status["code"] for status in kind.statuses] == ["s1", "s2"]
    address = reverse("registers:kind", args=[kind.pk])
    assert client.post(address, data | {"name": "喷烤漆房"} | formset(("s1", "在用", False))).status_code == 302
    assert client.post(address, data | formset(("s1", "在用", True))).status_code == 400
    kind.refresh_from_db()
    assert (kind.name, len(kind.statuses)) == ("喷烤漆房", 1)
    assert client.post(reverse("registers:new-kind"), data | statuses).status_code == 400, "code and prefix are taken"


def test_columns_are_kept_on_their_pages(client, director, kind):
    client.force_login(director)
    address = reverse("registers:new-column", args=[kind.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"title": "", "value_kind": "text"}).status_code == 400
    assert client.post(address, {"title": "施工单位", "value_kind": "text"}).status_code == 400
    assert client.post(address, {"title": "夜间施工证", "value_kind": "bool", "synonyms": "夜间施工许可\n夜施证"}).status_code == 302
    edit = reverse("registers:column", args=[kind.pk, "c1"])
    assert "夜施证" in client.get(edit).content.decode()
    assert client.post(edit, {"title": "夜间施工许可证", "unit": ""}).status_code == 302
    assert client.post(reverse("registers:move-column", args=[kind.pk, "c1"]), {"way": "up"}).status_code == 302
    assert titles(kind)[-2] == "夜间施工许可证"
    assert client.get(reverse("registers:column", args=[kind.pk, "nothing"])).status_code == 404
    assert client.post(reverse("registers:column", args=[kind.pk, "@name"]), {"title": "工程全称"}).status_code == 302


# --- what happens to grids and units ------------------------------------------------------------------------------------------------
def test_objects_move_with_their_grid(new_site, office, director, district):
    site = save_site(new_site(), by=office)
    structure.move_grid(district.villages[0], parent=district.town_b, on=clock.today(), by=director)
    site.refresh_from_db()
    assert site.grid_path.startswith(district.town_b.path)


def test_a_split_grid_gives_its_objects_to_the_part_in_which_they_lie(new_site, office, director, district):
    west, village = district.villages[0].min_lon, district.villages[0]
    near = save_site(new_site(lon=west + SIDE * 0.25), by=office)
    far = save_site(new_site(name="东半", lon=west + SIDE * 0.75), by=office)
    over = SiteFactory(district=district, kind=near.kind, grid=village, is_over=True, status="finished")
    parts = [
        {"code": "W", "name": "西半村", "polygon": square(west, width=SIDE / 2)},
        {"code": "E", "name": "东半村", "polygon": square(west + SIDE / 2, width=SIDE / 2)},
    ]
    structure.split_grid(village, parts=parts, on=clock.today() - dt.timedelta(days=1), by=director)
    for site, name in ((near, "西半村"), (far, "东半村"), (over, village.name)):
        site.refresh_from_db()
        assert site.grid.name == name
    assert near.events.first().action == "regrid"
    Site.objects.filter(pk=over.pk).update(note="written directly")
    near.refresh_from_db()
    assert near.version == 2


def test_objects_of_a_merged_unit_go_on_with_its_successor(new_site, office, director, district):
    site = save_site(new_site(organisation=district.housing), by=office)
    structure.merge_organisations(district.housing, into=district.ecology, on=clock.today(), by=director)
    site.refresh_from_db()
    assert (site.organisation, site.version) == (district.ecology, 2)
    call_command("verify_audit", "--state")


def test_the_second_of_two_editors_of_a_column_is_told_and_may_press_again(client, kind, director):
    client.force_login(director)
    address = reverse("registers:column", args=[kind.pk, "builder"])
    seen = client.get(address).context["form"]["seen"].value()
    kinds.save_column(kind, "builder", by=director, title="建设方")
    late = client.post(address, {"title": "业主", "seen": seen})
    assert (late.status_code, "已被别人修改" in late.content.decode(), 'value="业主"' in late.content.decode()) == (400, True, True)
    assert client.post(address, {"title": "业主", "seen": late.context["form"]["seen"].value()}).status_code == 302
    assert "业主" in titles(kind)


def test_a_kind_that_is_another_under_the_lock_is_a_conflict(kind, director):
    with pytest.raises(Conflict):
        kinds.save_kind(kind, by=director, stood={"name": "别的名字"})
    with pytest.raises(Conflict):
        kinds.save_column(kind, "builder", title="业主", by=director, stood={"name": "别的名字"})


def test_two_empty_required_columns_are_said_once_each():
    needs_two = schema.validator({"type": "object", "required": ["phase", "builder"], "properties": {}})
    assert schema.check({}, by=needs_two) == {"phase": ["必填，不能为空。"], "builder": ["必填，不能为空。"]}
