"""Answers and what they come to; the default lists of domain section 4."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from inspections import defaults
from inspections.models import Checklist, ChecklistItem, PatrolRule
from inspections.services import checklists
from registers import defaults as registers
from tests.factories.districts import made_district

WORDS = st.sampled_from(["pass", "fail", "na", ""])
SEVERITIES = st.sampled_from(["minor", "general", "serious"])


def items(severities, points=100) -> list[ChecklistItem]:
    return [ChecklistItem(code=f"I{n}", text=f"第{n}项", severity=severity, points=points) for n, severity in enumerate(severities)]


@given(st.lists(st.tuples(WORDS, SEVERITIES), max_size=12), st.sampled_from(["share", "points"]))
def test_result_is_the_share_of_what_passed_and_a_serious_item_fails_the_whole(answers, scoring):
    rows = items([severity for _word, severity in answers])
    given_answers = {f"I{n}": {"value": word} for n, (word, _severity) in enumerate(answers)}
    found = checklists.result(scoring, rows, given_answers)
    passed = sum(word == "pass" for word, _severity in answers)
    failed = [severity for word, severity in answers if word == "fail"]
    assert found.applicable == passed + len(failed)
    assert found.is_failed == ("serious" in failed)
    is_whole = scoring == "share" or "" not in [word for word, _severity in answers]
    if found.applicable and is_whole:
        assert found.score == round(Decimal(passed * 10_000) / found.applicable)
        assert 0 <= found.score <= 10_000
    else:
        assert (found.score, found.grade) == (None, "")


@pytest.mark.parametrize(("passed", "grade"), [(6, "green"), (5, "green"), (4, "yellow"), (3, "red"), (0, "red")])
def test_building_site_gets_its_plate_by_the_mean_of_six(passed, grade):
    answers = {f"I{n}": {"value": "pass" if n < passed else "fail"} for n in range(6)}
    assert checklists.result("points", items(["general"] * 6), answers).grade == grade


def test_building_site_has_no_plate_while_an_item_of_the_six_has_no_answer():
    answers = {f"I{n}": {"value": "pass"} for n in range(5)}
    assert checklists.result("points", items(["serious"] * 6), answers) == checklists.Result(None, "", 5)
    assert checklists.result("points", items(["serious"] * 6), answers | {"I5": {"value": "na"}}).grade == "green"
    half = checklists.result("points", items(["serious"] * 6), {"I0": {"value": "fail"}})
    assert (half.score, half.grade, half.is_failed) == (None, "", True)


def test_sixty_is_yellow_and_eighty_green():
    answers = {f"I{n}": {"value": "pass" if n < 3 else "fail"} for n in range(5)}
    assert checklists.result("points", items(["general"] * 5), answers).grade == "yellow"
    assert checklists.result("points", items(["general"] * 5), answers | {"I3": {"value": "pass"}}).grade == "green"


ROAD = ChecklistItem(
    code="ROAD-1",
    text="尘土残存量",
    answer_type="number",
    unit="g/㎡",
    upper=10,
    limits_by={"attribute": "grade", "upper": {"主干路": 5, "人行道": 20}},
)
CYCLE = ChecklistItem(code="CATER-3", text="距上次清洗天数", answer_type="number", lower=0, upper=60, limits_by={"attribute": "cycle", "own": True})


@pytest.mark.parametrize(
    ("item", "value", "attributes", "word"),
    [
        (ROAD, "10", {}, "pass"),
        (ROAD, "10.01", {}, "fail"),
        (ROAD, "6", {"grade": "主干路"}, "fail"),
        (ROAD, "5", {"grade": "主干路"}, "pass"),
        (ROAD, "19.5", {"grade": "人行道"}, "pass"),
        (ROAD, "na", {}, "na"),
        (CYCLE, "45", {}, "pass"),
        (CYCLE, "45", {"cycle": 30}, "fail"),
        (CYCLE, "45", {"cycle": "unbekannt"}, "pass"),
        (ChecklistItem(answer_type="number"), "3", {}, ""),
        (ChecklistItem(answer_type="choice", choices=["好", "差"], passing=["好"]), "差", {}, "fail"),
        (ChecklistItem(answer_type="choice", choices=["好", "差"], passing=["好"]), "好", {}, "pass"),
        (ChecklistItem(answer_type="choice", choices=["红", "蓝"]), "蓝", {}, ""),
        (ChecklistItem(answer_type="text"), "随便", {}, ""),
    ],
)
def test_verdict_of_an_item(item, value, attributes, word):
    assert checklists.verdict(item, {"value": value}, attributes) == word


@given(st.one_of(st.floats(), st.integers(), st.text(max_size=8), st.none(), st.booleans(), st.lists(st.integers(), max_size=2)))
def test_figure_is_kept_as_plain_decimal_text_or_refused(value):
    try:
        kept = checklists.clean_answer(ROAD, {"value": value})["value"]
    except ValidationError as refused:
        assert "ROAD-1" in refused.messages[0]
        return
    assert kept == "na" or Decimal(kept).is_finite()
    assert "E" not in kept


@pytest.mark.django_db
class TestDefaults:
    @pytest.fixture
    def district(self):
        made = made_district()
        registers.load(made)
        return made

    def test_every_list_of_the_reference_is_loaded_once(self, district):
        defaults.load(district)
        defaults.load(district)
        assert dict(Checklist.objects.order_by("code").values_list("code", "is_default")) == {
            "BARE": True, "BURN": True, "CATER": True, "COAL": True, "DIESEL": True, "EMER": False, "GAS": True, "IND": True, "ROAD": True, "SCAT": True,
            "SITE-3Y": False, "SITE-EM": False, "SITE-HB1": False, "SITE-HB2": False, "SITE-HB3": False, "SITE6": True, "VOC": True,
        }  # fmt: skip
        counts = {each.code: each.items.count() for each in Checklist.objects.all()}
        assert [counts[code] for code in ("SITE6", "SCAT", "CATER", "GAS", "VOC", "COAL", "BURN", "BARE", "ROAD", "DIESEL", "EMER", "IND")] == [
            6, 8, 9, 10, 10, 8, 7, 4, 5, 7, 10, 8,
        ]  # fmt: skip
        assert not ChecklistItem.objects.filter(problem_type=None).exists()
        serious = ChecklistItem.objects.filter(checklist__code="SITE6", severity="serious").values_list("code", flat=True)
        assert list(serious) == ["SITE6-3", "SITE6-5", "SITE6-6"]

    def test_rules_of_the_default_plan_are_loaded_once(self, district):
        defaults.load(district)
        defaults.load(district)
        assert PatrolRule.objects.filter(weather="ordinary").count() == 6

    def test_what_was_edited_stays(self, district):
        defaults.load(district)
        Checklist.objects.filter(code="SITE6").update(name="七个百分之百")
        defaults.load(district)
        assert Checklist.objects.get(code="SITE6").name == "七个百分之百"
