"""Cells of somebody else's sheet: telephone numbers however they are written, yes and no, what is off the list; and what an import leaves on record."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit import verify
from audit.models import AuditEvent
from common import clock
from emergency.list_sheet import COLUMNS, ListImport
from emergency.models import ListedEnterprise
from emergency.services import lists
from grids.models import Grid
from sheets import importing
from sheets.reading import read_table
from tests.emergency.listed import HEADS, ROW, XLSX, changed, sheet, upload
from tests.factories.emergency import enterprise, ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return ready(enterprises=0)


def wrong(answer) -> list[tuple[int, str]]:
    return [(error.row, error.column_title) for error in answer.context["errors"]]


def exported(client, found) -> SimpleUploadedFile:
    file = client.post(reverse("emergency:export_list", args=[found.pk])).content
    return SimpleUploadedFile("out.xlsx", file, content_type=XLSX)


# --- whom to call -----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cell", ["王示例 8619900000101", "王示例+86 199-0000-0101", "王示例 199 0000 0101", "199 0000 0101"])
def test_a_contacts_number_is_taken_whole_however_it_is_written(place, office, cell):
    upload(office, place.list, sheet(changed(**{"企业联系人/电话": cell})))

    row = ListedEnterprise.objects.get()
    assert (row.contact, row.contact_phone) == ("王示例" if "王" in cell else "", "19900000101")


@pytest.mark.parametrize(
    ("cell", "phone"), [(8619900000101, "19900000101"), ("199-0000-0101", "19900000101"), ("1990000", None), ("199****0101", None)]
)
def test_a_column_of_numbers_is_read_or_the_row_is_named(place, office, cell, phone):
    answer = upload(office, place.list, sheet([*ROW, cell], heads=[*HEADS, "联系电话"]))

    assert list(ListedEnterprise.objects.values_list("contact_phone", flat=True)) == ([phone] if phone else [])
    assert wrong(answer) == ([] if phone else [(2, "联系电话")])


def test_digits_that_are_no_number_are_not_made_a_name(place, office):
    answer = upload(office, place.list, sheet(changed(**{"企业联系人/电话": "王示例 199 0000 010"})))

    assert (wrong(answer), ListedEnterprise.objects.exists()) == ([(2, "企业联系人/电话")], False)


def test_a_sheet_with_covered_numbers_leaves_names_and_numbers_as_they_stand(place, office):
    upload(office, place.list, sheet(ROW))
    office.force_login(place.head, backend="django.contrib.auth.backends.ModelBackend")
    covered = exported(office, place.list)
    office.force_login(place.office, backend="django.contrib.auth.backends.ModelBackend")
    answer = upload(office, place.list, covered)

    row = ListedEnterprise.objects.get()
    assert (row.contact, row.contact_phone, row.guarantor) == ("王示例", "19900000101", "李示例")
    assert (answer.context["result"].unchanged, wrong(answer)) == (1, [])


# --- yes and no -------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "stands"),
    [
        (False, (False, "")), ("N", (False, "")), (0, (False, "")), ("非保障类", (False, "")), ("✗", (False, "")), ("非民生保障", (False, "")),
        (True, (True, "")), ("√", (True, "")), ("保障类", (True, "")), ("民生供暖", (True, "livelihood")),
    ],
)  # fmt: skip
def test_whether_an_enterprise_keeps_working_is_read_as_it_is_meant(place, office, cell, stands):
    upload(office, place.list, sheet(changed(是否保障类=cell)))

    assert ListedEnterprise.objects.values_list("is_essential", "exemption").get() == stands


@pytest.mark.parametrize(
    ("cell", "is_active"), [("在列", True), ("正常生产", True), ("注销", False), ("关闭", False), ("退出清单", False), (False, False)]
)
def test_an_enterprise_that_is_closed_is_off_the_list(place, office, cell, is_active):
    upload(office, place.list, sheet(changed(状态=cell)))

    assert ListedEnterprise.objects.get().is_active is is_active


@pytest.mark.parametrize("column", ["是否保障类", "状态"])
def test_words_that_say_neither_are_refused(place, office, column):
    answer = upload(office, place.list, sheet(changed(**{column: "待定中"})))

    assert (wrong(answer), ListedEnterprise.objects.exists()) == ([(2, column)], False)


# --- what is written is read back ---------------------------------------------------------------------------------------------------------
def test_a_cut_that_is_empty_is_read_back_as_empty(place, office):
    lists.save_enterprise(enterprise(place.list, yellow_cut=""), by=place.office)
    answer = upload(office, place.list, exported(office, place.list))

    assert (ListedEnterprise.objects.get().yellow_cut, answer.context["result"].unchanged) == ("", 1)


@pytest.mark.parametrize("unit", ["t/d", "吨／天", "t/a"])
def test_the_stroke_of_a_unit_does_not_part_two_figures(place, office, unit):
    cuts = [f"{figure}{unit}" for figure in (10, 20, 30)]
    upload(office, place.list, sheet(changed(**{"黄/橙/红减排比例或减排量": "/".join(cuts), "颗粒物/SO2/NOx/VOCs日排放(kg)": "62kg/d/5kg/d/21/18"})))
    answer = upload(office, place.list, exported(office, place.list))

    row = ListedEnterprise.objects.get()
    assert ([row.yellow_cut, row.orange_cut, row.red_cut], answer.context["result"].unchanged) == (cuts, 1)
    assert (row.pm_daily, row.so2_daily) == (62, 5)


def test_grids_of_one_name_are_written_by_their_code_and_found_again(place, office):
    first, second = place.district.villages[:2]
    Grid.objects.filter(pk=second.pk).update(name=first.name)
    lists.save_enterprise(enterprise(place.list, 1, grid=second), by=place.office)
    file = exported(office, place.list)
    ListedEnterprise.objects.all().delete()
    upload(office, place.list, file)

    assert ListedEnterprise.objects.get().grid == second


@pytest.mark.parametrize("stands", [True, False])
def test_the_row_of_a_grid_that_was_closed_is_taken(place, office, stands):
    closed, around = place.district.villages[:2]
    lists.save_enterprise(enterprise(place.list, 1, grid=around), by=place.office)
    ListedEnterprise.objects.update(grid=closed)
    Grid.objects.filter(pk=closed.pk).update(valid_to=clock.today())
    file = exported(office, place.list)
    if not stands:
        ListedEnterprise.objects.all().delete()
    answer = upload(office, place.list, file)

    assert (wrong(answer), ListedEnterprise.objects.get().grid) == ([], closed if stands else around)


# --- meanwhile and afterwards -------------------------------------------------------------------------------------------------------------
def test_a_list_put_in_force_while_its_sheet_was_read_takes_no_row(place):
    lists.save_enterprise(enterprise(place.list, 1), by=place.office)
    work = ListImport(place.list, by=place.office)
    lists.activate(type(place.list).objects.get(pk=place.list.pk), by=place.director)
    table = read_table(sheet(ROW), COLUMNS)
    result = importing.run(table.rows, work.apply, partial=True, dry_run=False, finish=work.record)

    assert ([error.message[:6] for error in result.errors], place.list.enterprises.count()) == (["清单已启用，"], 1)


def test_each_row_that_was_imported_is_on_record_with_what_it_changed(place, office):
    upload(office, place.list, sheet(ROW))
    upload(office, place.list, sheet(changed(橙色措施="全厂停产")))
    upload(office, place.list, sheet(changed(橙色措施="全厂停产")))
    acts = AuditEvent.objects.filter(object_type="emergency.ListedEnterprise").order_by("seq")

    assert [(act.action, act.actor_id) for act in acts] == [
        ("reduction_list.enterprise_new", place.office.pk),
        ("reduction_list.enterprise_edit", place.office.pk),
    ]
    assert ('"orange":["","停中频炉2台"]' in acts[0].payload, '"changes":{"orange":["停中频炉2台","全厂停产"]}' in acts[1].payload) == (True, True)
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_what_is_only_checked_leaves_nothing_on_record(place, office):
    office.post(reverse("emergency:import_list", args=[place.list.pk]), {"file": sheet(ROW)})

    assert not AuditEvent.objects.filter(action__startswith="reduction_list.enterprise").exists()


def test_a_plan_that_is_downloaded_is_on_record(place, office):
    row = lists.save_enterprise(enterprise(place.list), by=place.office)
    paper = SimpleUploadedFile("一厂一策.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", content_type="application/pdf")
    office.post(reverse("emergency:add_plan", args=[row.pk]), {"plan": paper})
    answer = office.get(reverse("emergency:plan", args=[row.pk]))
    b"".join(answer.streaming_content)
    act = AuditEvent.objects.get(action="reduction_list.download")

    assert (answer.status_code, act.actor_id, "一厂一策.pdf" in act.payload) == (200, place.office.pk, True)
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_versions_ask_as_few_questions_however_many_they_are(place, office, django_assert_max_num_queries):
    address, asked = reverse("emergency:lists"), []
    for n in range(3):
        lists.save_enterprise(enterprise(place.list, n), by=place.office)
        lists.activate(place.list, by=place.director)
        with django_assert_max_num_queries(40) as queries:
            page = office.get(address)
        asked.append(len(queries))
        place.list = lists.make(place.district, year=2027, name=f"第{n}份", by=place.office, source=place.list if n else None)

    assert asked[1] == asked[2]
    assert [(found.version_no, found.count) for found in page.context["lists"]] == [(3, 2), (2, 1), (1, 1)]
