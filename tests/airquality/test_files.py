"""Files of the published feed: layouts, the swapped columns, stations that are not known."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from airquality import layouts, swap
from airquality.models import Reading, Station
from airquality.services import importing, intake
from audit.models import AuditEvent

pytestmark = pytest.mark.django_db
HEADER = (
    "timepoint,stationcode,area,positionname,longitude,latitude,aqi,quality,primarypollutant,pm2_5,pm2_5_24h,pm10,pm10_24h,so2,so2_24h,no2,no2_24h,"
    "o3,o3_24h,o3_8h,o3_8h_24h,co,co_24h"
)
HOUR = "2018-02-20T07:00:00"


def line(code="1001A", *, o3="42", highest="84", pm25="38", hour=HOUR, name="示例站", lon="114.01", lat="34.01"):
    return f"{hour},{code},示例市,{name},{lon},{lat},54,良,细颗粒物(PM2.5),{pm25},134,,,3,22,17,42,{o3},{highest},37,37,0.7,2.2"


@pytest.fixture
def file_of(tmp_path):
    def write(*lines, name="feed.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return str(path)

    return write


def test_the_national_layout(district, station, file_of, capsys):
    call_command("import_readings", file_of(HEADER, line()))
    values = {"so2": "3", "no2": "17", "co": "0.7", "o3": "42", "pm10": None, "pm25": "38"}
    assert Reading.objects.get().values == {name: value and Decimal(value) for name, value in values.items()}
    assert (Reading.objects.get().source, Reading.objects.get().status) == ("file", "real_time")
    assert capsys.readouterr().out == "Taken: 1 new, 0 unchanged, 0 corrected, 0 rows refused.\n"
    call_command("import_readings", file_of(HEADER, line()))
    assert capsys.readouterr().out == "Taken: 0 new, 1 unchanged, 0 corrected, 0 rows refused.\n"
    assert AuditEvent.objects.filter(action="reading.import").count() == 2


def test_a_part_that_is_stored_is_on_record_though_the_import_is_stopped_after_it(district, station, office, monkeypatch):
    """Stopped when the second part is written: no row stands without an event of its part."""
    monkeypatch.setattr(intake, "MOST", 1)
    content = "\n".join((HEADER, line(), line(hour="2018-02-20T08:00:00"))).encode()
    written = []

    def stop(execute, sql, params, many, context):
        written.extend([sql] if sql.startswith('INSERT INTO "airquality_reading"') else [])
        if len(written) > 1:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(stop):
        importing.import_file(content, district=district, sender=intake.Sender("file", "feed.csv", by=office))

    assert Reading.objects.count() == 1
    event = AuditEvent.objects.get(action__startswith="reading.")
    assert (event.action, event.actor_id) == ("reading.import_part", office.pk)
    assert json.loads(event.payload) == {"file": "feed.csv", "lines": [2, 2], "new": 1, "unchanged": 0, "corrected": 0, "refused": 0}


def test_each_part_is_told_and_then_the_whole_file(district, station, monkeypatch):
    monkeypatch.setattr(intake, "MOST", 2)
    lines = [line(hour=f"2018-02-20T{hour:02}:00:00") for hour in (7, 8, 9)]
    found = importing.import_file("\n".join((HEADER, *lines)).encode(), district=district, sender=intake.Sender("file", "feed.csv")).outcome
    told = AuditEvent.objects.filter(action__startswith="reading.").order_by("seq")
    assert [(event.action, json.loads(event.payload)["new"]) for event in told] == [
        ("reading.import_part", 2),
        ("reading.import_part", 1),
        ("reading.import", 3),
    ]
    assert (found.new, found.refused) == (3, [])


def test_swapped_columns_are_found_and_read_the_other_way_round(district, station, file_of, capsys):
    call_command("import_readings", file_of(HEADER, line(o3="84", highest="42"), line(o3="70", highest="30", hour="2018-02-20T08:00:00")))
    assert sorted(Reading.objects.values_list("o3", flat=True)) == [30, 42]
    assert "The columns o3 and o3_24h are swapped: in 2 of 2 rows" in capsys.readouterr().out


def test_in_a_file_whose_labels_change_each_hour_is_judged_by_itself():
    right = [("A", "10", "20")] * 6
    wrong = [("B", "20", "10")] * 6
    torn = [("C", "20", "10"), ("C", "10", "20")]
    found = swap.find([*right, *wrong, *torn])
    assert [found.is_swapped(hour) for hour in "ABC"] == [False, True, False]
    assert (found.any_swapped, found.undecided) == (True, 1)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=50))
def test_a_rightly_labelled_file_is_never_taken_for_a_swapped_one(figures):
    right = [("A", str(min(pair)), str(max(pair))) for pair in figures]
    assert not swap.find(right).any_swapped
    assert swap.find([(hour, highest, one) for hour, one, highest in right]).is_swapped("A") == any(one != highest for _hour, one, highest in right)


def test_without_figures_nothing_is_said_of_a_swap():
    assert swap.find([("A", "", "—"), ("A", "x", "5"), ("A", None, None)]) == swap.Finding()


def test_stations_that_the_file_places_are_entered_and_kept_out_of_use(district, station, file_of, capsys):
    content = file_of(HEADER, line(), line("3001A", name="邻区站", lon="120.5", lat="30.2"), line("3002A", name="南村新站", lon="114.05"))
    call_command("import_readings", content)
    made = Station.objects.exclude(pk=station.pk).order_by("code")
    assert [(each.code, each.name, each.level, each.is_active, each.grid) for each in made] == [
        ("3001A", "邻区站", "national", False, None),
        ("3002A", "南村新站", "national", False, district.villages[2]),
    ]
    assert Reading.objects.count() == 3
    assert "2 stations entered" in capsys.readouterr().out
    assert AuditEvent.objects.filter(action="station.import").count() == 2


def test_others_can_be_left_out(district, station, file_of, capsys):
    call_command("import_readings", file_of(HEADER, line(), line("3001A")), "--known-only")
    assert (Station.objects.count(), Reading.objects.count()) == (1, 1)
    assert "1 rows of stations that the district does not have were left out: 3001A" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(district, station, file_of, capsys):
    call_command("import_readings", file_of(HEADER, line(), line("3001A")), "--dry-run", "--reviewed")
    assert "Would be taken: 2 new" in capsys.readouterr().out
    assert (Station.objects.count(), Reading.objects.count(), AuditEvent.objects.count()) == (1, 0, 0)


def test_a_look_says_what_will_happen_and_neither_writes_nor_makes_anybody_wait(district, station, file_of):
    sender, first = intake.Sender("file", "feed.csv"), "\n".join((HEADER, line(), line(hour="2018-02-20T08:00:00")))
    importing.import_file(first.encode(), district=district, sender=sender)
    changed = line(pm25="40")
    lines = (
        HEADER,
        changed,
        changed,
        line(pm25="x", hour="2018-02-20T09:00:00"),
        line(hour="2018-02-20T08:00:00"),
        line("3001A"),
        line("4001A", name=""),
    )
    content = "\n".join(lines).encode()
    with CaptureQueriesContext(connection) as asked:
        looked = importing.import_file(content, district=district, sender=sender, dry_run=True)
    assert [query["sql"] for query in asked if not query["sql"].startswith("SELECT") or " FOR " in query["sql"]] == []
    taken = importing.import_file(content, district=district, sender=sender)
    assert looked == taken
    assert (taken.outcome.new, taken.outcome.corrected, taken.outcome.unchanged, taken.new_stations, taken.others) == (1, 1, 2, ["3001A"], 1)


@pytest.mark.django_db(transaction=True)
def test_two_files_with_the_same_new_station_at_once_enter_it_once(district):
    content = "\n".join((HEADER, line("3001A"))).encode()

    def send(_n):
        try:
            return importing.import_file(content, district=district, sender=intake.Sender("file", "feed.csv"))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(send, range(8)))
    assert sorted(len(each.new_stations) for each in found) == [0] * 7 + [1]
    assert (Station.objects.count(), Reading.objects.count()) == (1, 1)


@pytest.mark.parametrize("code", ["x" * 31, "10\0001A", "10\t01A"])
def test_a_code_that_cannot_be_one_is_refused_by_its_line_and_the_rest_is_taken(district, station, code):
    content = "\n".join((HEADER, line(code), line())).encode()
    found = importing.import_file(content, district=district, sender=intake.Sender("file", "feed.csv"))
    assert [(each.index, each.field) for each in found.outcome.refused] == [(2, "station")]
    assert (found.outcome.new, found.new_stations, found.others) == (1, [], 0)


@pytest.mark.parametrize("wrong", [{"station": ["1001A"]}, {"station": {"a": 1}}, {"hour": ["2026-11-20T07:00:00"]}, {"station": None}])
def test_json_of_a_strange_shape_is_refused_row_by_row(district, station, wrong):
    right = {"station": "1001A", "hour": "2026-11-20T07:00:00", "pm25": 30, "name": "示例站", "lon": 114.01, "lat": 34.01}
    content = json.dumps([right | wrong, right, right | {"hour": "2026-11-20T08:00:00", "pm25": [30]}]).encode()
    found = importing.import_file(content, district=district, sender=intake.Sender("file", "feed.json"))
    assert [(each.index, each.field) for each in found.outcome.refused] == [(1, *wrong), (3, "pm25")]
    assert found.outcome.new == 1


def test_a_row_that_contradicts_another_names_the_line_of_the_file(district, station):
    content = "\n".join((HEADER, line("7777A", name=""), line("8888A", name=""), line(), line(pm25="39"))).encode()
    (refusal,) = importing.import_file(content, district=district, sender=intake.Sender("file", "feed.csv")).outcome.refused
    assert (refusal.index, refusal.reason) == (5, "与本批第 4 行是同一站点、同一小时，但数值不同。")


def test_reviewed_values_of_an_old_encoding(district, station, file_of):
    call_command("import_readings", file_of(HEADER, line(), encoding="gb18030"), "--reviewed")
    assert Reading.objects.get().status == "reviewed"


def test_the_long_layout(district, station, other, file_of):
    content = file_of(
        "date,hour,type,1001A,1002A", "20180220,7,AQI,54,60", "20180220,7,PM2.5,38,", "20180220,7,PM2.5_24h,134,", "20180220,7,O3,84,90",
        "20180220,7,O3_24h,42,40", "20180220,7,CO,0.7,0.9", "20180220,0,PM10,51,—",
    )  # fmt: skip
    call_command("import_readings", content)
    found = Reading.objects.order_by("hour", "station__code").values_list("station__code", "hour", "pm25", "o3", "co", "pm10")
    assert [(code, f"{hour:%d %H}", *map(str, rest)) for code, hour, *rest in found] == [
        ("1001A", "19 16", "None", "None", "None", "51.000"),
        ("1001A", "19 23", "38.000", "42.000", "0.700", "None"),
        ("1002A", "19 23", "None", "40.000", "0.900", "None"),
    ]


def test_our_own_layout_and_rows_that_are_refused_by_line(district, station, file_of, capsys):
    call_command(
        "import_readings",
        file_of("station,hour,status,pm2_5", "1001A,2026-11-20T07:00:00,reviewed,30", "", "1001A,gestern,,5", ",,,", ",2026-11-20T07:00:00,,5"),
    )
    assert Reading.objects.get().status == "reviewed"
    told = capsys.readouterr()
    assert "Line 4, hour: 时间无法识别。" in told.err
    assert "Line 6, station: 缺少站点编码。" in told.err
    assert "1 new, 0 unchanged, 0 corrected, 2 rows refused." in told.out


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"", b"a,b,c\n1,2,3\n", b"[1, 2]", b'{"a": 1}', b"[" * 99_999, b'{"readings": "x"}'])
def test_what_is_no_feed_is_refused_as_a_whole(content):
    with pytest.raises(ValidationError):
        layouts.read(content)


def test_json_of_a_feed():
    feed = layouts.read(b'{"data": [{"station": "1001A", "hour": "2026-11-20T07:00:00", "pm25": 30.1, "co": null, "aqi": 43}]}')
    assert feed.rows == [(1, {"station": "1001A", "hour": "2026-11-20T07:00:00", "pm25": "30.1", "co": None})]


def test_the_command_says_what_is_wrong_with_file_and_district(district, file_of, tmp_path):
    for arguments, words in (
        ((str(tmp_path / "none.csv"),), "cannot be read"),
        ((file_of("a,b", name="no_feed.csv"),), "没有找到表头"),
        ((file_of(HEADER), "--district", "X"), "--district"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("import_readings", *arguments)


def test_a_place_that_is_none_is_refused(district, file_of):
    with pytest.raises(CommandError, match="坐标不正确"):
        call_command("import_readings", file_of(HEADER, line("3001A", lon="500")))


def test_a_line_with_other_cells_than_the_header_is_refused_and_the_others_are_taken(district, station):
    text = "station,hour,so2,no2,co,o3,pm10,pm25\n1001A,2026-11-20T07:00:00,5,20,0,6,60,70,35\n1001A,2026-11-20T08:00:00,5,20,0.6,60,70,35,,\n"
    result = importing.import_file(text.encode(), district=district, sender=intake.Sender("file", "a.csv"))
    assert [(refusal.index, "9" in refusal.reason) for refusal in result.outcome.refused] == [(2, True)]
    assert [str(reading.values["co"].normalize()) for reading in Reading.objects.all()] == ["0.6"]


@pytest.mark.parametrize(
    "text", ['station,hour,"so2\n1001A,2026-11-20T07:00:00,5\n', 'station,hour,so2\n1001A,"2026-11-20T07:00:00,5\n', "s" * 1_000_001]
)
def test_quotes_that_do_not_close_and_endless_lines_are_told_by_their_line(text):
    with pytest.raises(ValidationError, match="不是有效的 CSV"):
        layouts.read(text.encode())
