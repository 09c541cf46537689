"""Uploading a list from above and putting its rows right from the page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Finding
from scorecards.models import ListMatch, MatchRow
from scorecards.services import match_repair
from tests.factories.accounts import UserFactory
from tests.factories.districts import made_district
from tests.factories.inspections import FindingFactory
from tests.scorecards.lists import uploaded

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
ROWS = [
    (1, "A-1", "青河路裸土未覆盖", "青河路", "2026-10-08", "2026-10-20", "整改中", "甲街道"),
    (2, "A-2", "市里点名的一件旧事", "", "2026-10-09", "2026-10-20", "整改中", ""),
]


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return made_district()


@pytest.fixture
def office(district):
    return UserFactory(office_staff=district)


@pytest.fixture
def go(client):
    def go(user, name, /, *args, method="get", **data):
        client.force_login(user, backend=BACKEND)
        return getattr(client, method)(reverse(f"scorecards:{name}", args=args), data)

    return go


def text(answer):
    return answer.content.decode()


@pytest.fixture
def match(district, office, go):
    answer = go(office, "matching", method="post", name="市交办清单", source="city_inspection", file=uploaded(ROWS))
    made = ListMatch.objects.get()
    assert answer.url == made.get_absolute_url()
    return made


def test_a_list_is_uploaded_and_shows_its_rows(match, office, go):
    page = text(go(office, "match", match.pk))

    assert "青河路裸土未覆盖" in page and "本区缺" in page and ">补登</button>" in page
    assert "市交办清单" in text(go(office, "matching"))
    only = go(office, "match", match.pk, result="missing_here", q="旧事", handled="no")
    assert [line["row"].superior_number for line in only.context["lines"]] == ["A-2"]


def test_one_press_registers_what_is_missing_here(match, office, go):
    row = MatchRow.objects.get(superior_number="A-1")
    line = next(line for line in go(office, "match", match.pk).context["lines"] if line["row"].pk == row.pk)

    answer = go(
        office, "repair_match_row", row.pk, "register", method="post", problem_type=line["type"].pk, grid=line["grid"].pk, back="result=missing_here"
    )

    assert answer.url == f"{match.get_absolute_url()}?result=missing_here#row-{row.pk}"
    assert Finding.objects.get(superior_number="A-1").grid == line["grid"]
    assert "已补登" in text(go(office, "match_row", row.pk))


def test_a_kind_of_problem_that_cannot_be_guessed_is_asked_for(match, office, go, district):
    row = MatchRow.objects.get(superior_number="A-2")
    assert 'id="register"' in text(go(office, "match_row", row.pk))

    answer = go(office, "repair_match_row", row.pk, "register", method="post")
    assert answer.status_code == 422 and "市里点名的一件旧事" in text(answer)

    bare = district.problem_types.get(code="bare-ground").pk
    assert go(office, "repair_match_row", row.pk, "register", method="post", problem_type=bare).status_code == 302


def test_a_match_by_hand_wants_a_number_that_is_there(match, office, go, district):
    finding = FindingFactory(district=district)
    row = MatchRow.objects.get(superior_number="A-2")
    for given, said in (({"ours": "2026-999999"}, "台账里没有编号"), ({}, "二者选一"), ({"ours": finding.number, "none": "on"}, "二者选一")):
        answer = go(office, "repair_match_row", row.pk, "rematch", method="post", **given)
        assert answer.status_code == 422 and said in text(answer)

    assert go(office, "repair_match_row", row.pk, "rematch", method="post", ours=finding.number).status_code == 302
    row.refresh_from_db()
    assert row.finding == finding


def test_who_comes_second_is_shown_the_row_as_it_is(match, office, go, district):
    row = MatchRow.objects.get(superior_number="A-1")

    answer = go(office, "repair_match_row", row.pk, "correct", method="post")

    assert answer.status_code == 409 and "刚由他人处理" in text(answer)
    assert go(office, "repair_match_row", row.pk, "destroy", method="post").status_code == 404


def test_what_a_colleague_has_matched_meanwhile_is_not_written_over_unseen(match, office, go, district):
    theirs, mine = FindingFactory(district=district), FindingFactory(district=district)
    row = MatchRow.objects.get(superior_number="A-2")
    read = go(office, "match_row", row.pk).context["forms"]["rematch"]["version"].value()
    match_repair.rematch(row, by=UserFactory(office_staff=district), finding=theirs)

    late = go(office, "repair_match_row", row.pk, "rematch", method="post", ours=mine.number, note="同一处", version=read)

    assert late.status_code == 409 and "刚由他人处理" in text(late) and "同一处" in text(late)
    row.refresh_from_db()
    assert (row.finding, late.context["forms"]["rematch"]["version"].value()) == (theirs, row.version)
    again = {"ours": mine.number, "note": "同一处", "version": row.version}
    assert [go(office, "repair_match_row", row.pk, "rematch", method="post", **again).status_code for _press in range(2)] == [302, 302]
    row.refresh_from_db()
    assert (row.finding, row.version) == (mine, again["version"] + 1)


def test_a_file_that_is_no_list_comes_back_with_the_name_typed(office, go):
    answer = go(office, "matching", method="post", name="市交办清单", source="city_inspection", file=uploaded([], head=("姓名", "年龄"), titles=()))

    assert answer.status_code == 422 and "没有找到表头" in text(answer) and 'value="市交办清单"' in text(answer)


def test_supervision_and_leaders_read_and_do_not_touch(match, go, district):
    row = MatchRow.objects.get(superior_number="A-1")
    for who in (UserFactory(supervision=district), UserFactory(leader=district)):
        page = text(go(who, "match", match.pk))
        assert "青河路裸土未覆盖" in page and ">补登</button>" not in page
        assert go(who, "repair_match_row", row.pk, "register", method="post").status_code == 403
        assert go(who, "matching", method="post", name="清单").status_code == 403


def test_a_newer_version_is_shown_with_what_changed(match, office, go):
    go(
        office,
        "matching",
        method="post",
        name="市交办清单",
        source="city_inspection",
        file=uploaded([ROWS[0], (3, "A-3", "新的一件", "", "2026-10-12", "", "", "")]),
    )
    new = ListMatch.objects.exclude(pk=match.pk).get()

    assert "新增 1 行，去掉 1 行，有改动 0 行" in text(go(office, "match", new.pk))
    assert "已有新版" in text(go(office, "match", match.pk))


def test_a_list_of_another_district_is_not_there(match, go):
    stranger = UserFactory(office_staff=made_district())
    row = match.rows.first()

    for name, args in (("match", [match.pk]), ("match_file", [match.pk]), ("match_row", [row.pk])):
        assert go(stranger, name, *args).status_code == 404
    assert go(stranger, "repair_match_row", row.pk, "register", method="post").status_code == 404


def test_a_list_of_three_rows_asks_as_much_as_one_of_one(office, go):
    asked = []
    for n in (1, 3):
        rows = [(i, f"B-{n}-{i}", f"裸土未覆盖{i}", "", "2026-10-08", "", "", "甲街道") for i in range(n)]
        made = go(office, "matching", method="post", name=f"清单{n}", source="city_inspection", file=uploaded(rows)).url
        pk = int(made.rstrip("/").rsplit("/", 1)[-1])
        for name, args in (("match", [pk]), ("matching", [])):
            go(office, name, *args)
            with CaptureQueriesContext(connection) as found:
                go(office, name, *args)
            asked.append(len(found))

    assert asked[:2] == asked[2:]
