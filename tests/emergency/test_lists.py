"""The reduction list: read from anybody's sheet, in force by the director, not edited afterwards, written as domain 8.5 has it."""

import io

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from common.errors import Conflict, NotYourRole
from emergency.models import ListedEnterprise, ReductionList
from emergency.services import lists
from tests.emergency.listed import HEADS, ROW, XLSX, changed, sheet, upload
from tests.factories.accounts import UserFactory
from tests.factories.emergency import CODES, enterprise, ready
from tests.factories.grids import centre
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return ready(enterprises=0)


def test_a_sheet_with_the_official_columns_is_taken_whole(place, office):
    upload(office, place.list, sheet(ROW, before=[["某区2026年重污染天气应急减排清单"], ["单位：家"]]))

    row = ListedEnterprise.objects.get()
    facts = {
        name: getattr(row, name)
        for name in ("name", "credit_code", "grade", "stop_hours", "contact", "contact_phone", "guarantor", "guarantor_phone")
    }
    assert facts == {
        "name": "示例铸造厂", "credit_code": CODES[0], "grade": "B-", "stop_hours": 6, "contact": "王示例", "contact_phone": "19900000101",
        "guarantor": "李示例", "guarantor_phone": "19900000201",
    }  # fmt: skip
    assert [str(getattr(row, name)) for name in ("pm_daily", "so2_daily", "nox_daily", "voc_daily")] == ["62.00", "5.00", "21.00", "18.00"]
    assert [row.cut_of(colour) for colour in ("yellow", "orange", "red")] == ["20%", "40%", "100%"]
    assert (row.grid, row.plan_name, row.is_active) == (place.district.villages[0], "一厂一策.pdf", True)


def test_headers_are_known_by_other_words_and_columns_may_stand_apart(place, office):
    heads = [
        "单位名称",
        "信用代码",
        "所在地",
        "行业",
        "绩效分级",
        "主要生产线",
        "Ⅲ级响应措施",
        "Ⅱ级响应措施",
        "Ⅰ级响应措施",
        "颗粒物",
        "NOx",
        "联系人",
        "电话",
    ]
    upload(
        office,
        place.list,
        sheet(["示例厂", CODES[0], "路1号", "水泥", "A级", "磨机", "黄", "橙", "红", 12.5, 3, "王示例", "19900000101"], heads=heads),
    )

    row = ListedEnterprise.objects.get()
    assert (row.grade, str(row.pm_daily), str(row.nox_daily), row.contact_phone) == ("A", "12.50", "3.00", "19900000101")


def test_the_grid_is_found_from_the_point_and_the_site_from_the_register(place, office):
    site = SiteFactory(
        district=place.district, kind=place.district.site_kinds.get(code="enterprise"), name="示例铸造厂", grid=place.district.villages[2],
        attributes={"credit_code": CODES[0], "industry": "铸造"},
    )  # fmt: skip
    lon, lat = centre(place.district.villages[2])
    upload(office, place.list, sheet(changed(经纬度=f"{lon:.6f},{lat:.6f}", 网格="")))

    row = ListedEnterprise.objects.get()
    assert (row.grid, row.grid_path, row.site) == (place.district.villages[2], place.district.villages[2].path, site)


def test_wrong_rows_are_named_by_row_and_column_and_the_right_ones_taken(place, office):
    others = (f"9141010000000000{n:02d}" for n in range(9))
    rows = [
        ROW,
        changed(统一社会信用代码="123"),
        changed(统一社会信用代码=next(others), 绩效等级="E"),
        changed(统一社会信用代码=next(others), 网格="天边村"),
        changed(统一社会信用代码=next(others), **{"颗粒物/SO2/NOx/VOCs日排放(kg)": "62/5"}),
        changed(统一社会信用代码=next(others), 橙色措施=""),
        changed(企业名称="又一次"),
    ]
    answer = upload(office, place.list, sheet(*rows))

    told = {(error.row, error.column_title) for error in answer.context["errors"]}
    assert told == {
        (3, "统一社会信用代码"), (4, "绩效等级"), (5, "网格"), (6, "颗粒物/SO2/NOx/VOCs 日排放(kg)"), (7, "橙色措施"), (8, "统一社会信用代码"),
    }  # fmt: skip
    assert ListedEnterprise.objects.get().name == "示例铸造厂"


def test_imported_again_nothing_changes_and_an_empty_cell_leaves_what_stands(place, office):
    upload(office, place.list, sheet(ROW))
    answer = upload(office, place.list, sheet(ROW))
    assert (answer.context["result"].unchanged, answer.context["result"].created) == (1, 0)
    upload(office, place.list, sheet(changed(企业名称="改名铸造厂", 车辆管控="")))

    row = ListedEnterprise.objects.get()
    assert (row.name, row.vehicles) == ("改名铸造厂", "国Ⅴ及以上")


def test_what_is_written_is_read_back_as_the_same_list(place, office):
    upload(office, place.list, sheet(ROW))
    lists.activate(place.list, by=place.director)
    file = office.post(reverse("emergency:export_list", args=[place.list.pk])).content
    heads = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(file)).active[3]]
    other = lists.make(place.district, year=2027, name="2027年", by=place.office)
    answer = upload(office, other, SimpleUploadedFile("out.xlsx", file, content_type=XLSX))

    assert [head.replace(" ", "") for head in heads] == HEADS
    assert answer.context["errors"] == []
    columns = [field.attname for field in ListedEnterprise._meta.concrete_fields if field.name not in ("id", "reduction_list")]
    first, second = (ListedEnterprise.objects.filter(reduction_list=found).values(*columns).get() for found in (place.list, other))
    assert first == second


def test_the_director_puts_a_list_in_force_and_the_one_before_is_retired(place):
    lists.save_enterprise(enterprise(place.list), by=place.office)
    with pytest.raises(NotYourRole):
        lists.activate(place.list, by=place.office)
    lists.activate(place.list, by=place.director)
    with pytest.raises(Conflict):
        lists.activate(place.list, by=place.director)
    second = lists.make(place.district, year=2027, name="2027年", by=place.office, source=place.list)
    lists.activate(second, by=place.director)

    assert list(ReductionList.objects.order_by("version_no").values_list("state", flat=True)) == ["retired", "in_force"]
    assert second.enterprises.get().name == "测试企业0"


def test_an_empty_list_is_not_put_in_force(place):
    with pytest.raises(ValidationError, match="还没有企业"):
        lists.activate(place.list, by=place.director)


def test_a_list_in_force_is_not_edited_but_its_contacts_are(place, office):
    row = lists.save_enterprise(enterprise(place.list), by=place.office)
    lists.activate(place.list, by=place.director)
    with pytest.raises(ValidationError, match="新的版本"):
        lists.save_enterprise(row, by=place.office)
    answer = office.post(
        reverse("emergency:contact", args=[row.pk]), {"contact": "新人", "contact_phone": "19900008888", "guarantor": "", "guarantor_phone": ""}
    )
    row.refresh_from_db()

    assert answer.status_code == 302
    assert (row.contact, row.contact_phone) == ("新人", "19900008888")


def test_a_township_sees_the_enterprises_of_its_grids_without_their_numbers(place, client):
    for n in (0, 2):
        lists.save_enterprise(enterprise(place.list, n, grid=place.district.villages[n]), by=place.office)
    town = UserFactory(town_handler=place.district.town_a.organisation)
    client.force_login(town, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("emergency:list", args=[place.list.pk])).content.decode()
    row = place.list.enterprises.get(position=1)

    assert ("测试企业0" in page, "测试企业2" in page) == (True, False)
    assert "19900000100" not in client.get(reverse("emergency:enterprise", args=[row.pk])).content.decode()
