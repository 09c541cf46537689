"""Template words: days, limits, figures, telephone numbers."""

import datetime as dt

import pytest
from django import forms
from django.template import Context, Template

from common import clock
from common.templatetags import ui

NOW = clock.at(dt.date(2026, 11, 23), dt.time(20, 46))


@pytest.fixture(autouse=True)
def _that_evening(time_machine):
    time_machine.move_to(NOW, tick=False)


def limit(month, day, time=dt.time(23, 59, 59)):
    return clock.at(dt.date(2026, month, day), time)


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (limit(11, 20), "逾期 3 天", "late"),
        (limit(11, 22), "逾期 1 天", "late"),
        (limit(11, 23), "今天到期", "soon"),
        (limit(11, 24), "剩 1 天 3 小时", "soon"),
        (limit(11, 26), "剩 3 天", ""),
        (NOW + dt.timedelta(days=2), "剩 2 天", ""),
        (NOW + dt.timedelta(hours=5, minutes=30), "剩 5 小时", "soon"),
        (NOW + dt.timedelta(minutes=25), "剩 25 分钟", "soon"),
        (NOW, "剩 0 分钟", "soon"),
        (NOW - dt.timedelta(seconds=20), "逾期 1 分钟", "late"),
        (NOW - dt.timedelta(minutes=59), "逾期 59 分钟", "late"),
        (NOW - dt.timedelta(hours=23), "逾期 23 小时", "late"),
        (NOW - dt.timedelta(days=2, hours=1), "逾期 2 天", "late"),
        (None, "—", ""),
    ],
)
def test_a_limit_reads_as_what_is_left_of_it(due, text, tone):
    assert (ui.remaining(due), ui.remaining_class(due)) == (text, tone)


def test_days_of_another_year_show_the_year():
    assert ui.day(dt.date(2026, 11, 20)) == "11-20"
    assert ui.day(dt.date(2025, 11, 20)) == "2025-11-20"
    assert ui.full_day(dt.date(2026, 11, 20)) == "2026-11-20"
    assert ui.day(None) == ui.full_day(None) == ui.moment(None) == "—"


def test_moments_read_on_beijing_clocks():
    assert ui.moment(dt.datetime(2026, 11, 20, 1, 12, tzinfo=dt.UTC)) == "11-20 09:12"
    assert ui.moment(dt.datetime(2025, 12, 31, 16, 5, tzinfo=dt.UTC)) == "01-01 00:05"
    assert ui.moment(limit(11, 20)) == "11-20 24:00"
    assert ui.iso(dt.datetime(2026, 11, 20, 1, 12, tzinfo=dt.UTC)) == "2026-11-20T09:12:00+08:00"
    assert ui.iso(dt.date(2026, 11, 20)) == "2026-11-20"
    assert ui.iso(None) == ""


@pytest.mark.parametrize(("value", "text"), [(9350, "93.5"), (9125, "91.25"), (9300, "93.0"), (5, "0.05"), (0, "0.0"), (-50, "-0.5"), (None, "—")])
def test_hundredths_read_exactly(value, text):
    assert ui.hundredths(value) == text


@pytest.mark.parametrize(
    ("number", "text"), [("13812340001", "138****0001"), ("+8613812340001", "+86138****0001"), ("4001", "4**1"), ("12", "**"), ("", ""), (None, "")]
)
def test_telephone_numbers_are_masked(number, text):
    assert ui.mask_phone(number) == text


def test_sorting_keeps_filters_and_turns_round(rf):
    context = {"request": rf.get("/", {"field": "dust", "page": "3", "cursor": "x"})}

    assert ui.sort_link(context, "due", "") == "?field=dust&ordering=due"
    assert ui.sort_link(context, "due", "due") == "?field=dust&ordering=-due"


def test_an_icon_is_decoration_from_the_sprite():
    html = Template('{% icon "bell" %}').render(Context())

    assert 'aria-hidden="true"' in html
    assert "img/icons.svg" in html
    assert html.count("#bell") == 1


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/111 Mobile Safari/537.36 MicroMessenger/8.0", "微信 · Android"),
        ("curl/8", "—"),
    ],
)
def test_a_browser_is_named_shortly(agent, name):
    assert ui.browser_name(agent) == name


class Narrowed(forms.Form):
    field = forms.ChoiceField(required=False, choices=[("", "全部"), ("dust", "扬尘")])
    late = forms.BooleanField(required=False)
    since = forms.DateField(required=False)
    box = forms.CharField(required=False, widget=forms.HiddenInput)


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (None, 0),
        ({}, 0),
        ({"field": "", "since": ""}, 0),
        ({"box": "open"}, 0),
        ({"field": "dust", "late": "on", "since": "wrong", "box": "open"}, 3),
    ],
)
def test_a_folded_filter_bar_says_how_many_filters_narrow_the_list(data, count):
    form = Narrowed(data)
    html = Template('{% include "ui/filter_fold.html" with form=form only %}').render(Context({"form": form}))

    assert ui.filters_in_use(form) == count
    assert (f"已用 {count} 项" in html) == bool(count)
    assert ('<details class="filter-fold" open>' in html) == (data is not None and data.get("since") == "wrong")


def test_no_choice_yet_is_said_in_words():
    class Chooser(forms.Form):
        way = forms.ChoiceField(choices=[("", "---------"), ("a", "甲")])

    shown = str(Chooser()["way"])
    assert "请选择" in shown
    assert "-----" not in shown
