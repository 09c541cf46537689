"""Who is called and told: those rung up by hand keep their turn, nobody is told twice by the same channel, nobody is troubled when it no longer matters."""

import pytest

from accounts.models import User
from alarms.case import Case
from alarms.forms import CallForm
from alarms.models import Alarm
from alarms.services import advance, intake, scan, telling
from alarms.services.field import calls_of
from notices.models import Notice
from notices.services import use_second_channel
from tests.alarms.moments import NOW, later
from tests.factories.alarms import alarm_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]


@pytest.fixture
def alarm(camera, member, chief, town, operator):
    return alarm_of(camera)


def called(alarm) -> list:
    return [(row.duty, sorted({call.person.pk for call in row.calls.all()})) for row in alarm.dispatches.all()]


def nobody_answered(alarm, operator) -> None:
    advance.advance(alarm, "judge_unclear", by=operator)
    for minutes in (3.1, 6.2, 9.3):
        with later(minutes):
            scan.scan()


def test_who_was_rung_up_by_hand_before_judging_is_called_in_turn_all_the_same(alarm, operator, member, chief):
    advance.advance(alarm, "call", by=operator, person=member, answer="missed", duty="first")
    advance.advance(alarm, "judge_unclear", by=operator)
    advance.advance(alarm, "call", by=operator, person=chief, answer="answered", duty="deputy")
    with later(3.1):
        scan.scan()

    assert called(alarm) == [("first", [member.pk]), ("deputy", [chief.pk])]


def test_somebody_is_taken_at_his_word_only_while_the_alarm_waits_for_who_goes(alarm, operator, member):
    def offered() -> list[str]:
        return [value for value, _label in CallForm(alarm=Alarm.objects.get(), by=operator).fields["answer"].choices]

    assert offered() == ["answered", "missed"]
    advance.advance(alarm, "judge_unclear", by=operator)
    assert offered() == ["accepted", "answered", "missed"]
    advance.advance(alarm, "accept", by=member)
    assert offered() == ["answered", "missed"]


def test_when_a_channel_gives_up_nobody_is_told_again_by_one_on_which_he_was_told(alarm, operator, member):
    advance.advance(alarm, "judge_unclear", by=operator)
    mine = Notice.objects.filter(recipient=member, kind="alarm.dispatch")

    assert set(alarm.calls.values_list("notice_key", flat=True)) == set(mine.values_list("dedup_key", flat=True))
    assert use_second_channel(mine.get(channel="voice")) is None
    assert use_second_channel(mine.get(channel="sms")).channel == "email"
    assert sorted(mine.values_list("channel", flat=True)) == ["email", "inbox", "sms", "voice"]


def test_the_office_is_not_called_any_more_once_somebody_goes(alarm, operator, member):
    nobody_answered(alarm, operator)
    voice = Notice.objects.get(recipient=operator, kind="alarm.unanswered", channel="voice")
    assert telling.still_wanted(voice)
    advance.advance(alarm, "accept", by=member)
    assert not telling.still_wanted(voice)


def test_the_office_is_called_on_record_as_those_before_it_and_the_page_says_how(alarm, operator):
    nobody_answered(alarm, operator)
    rung = alarm.dispatches.get(duty="office")
    Notice.objects.filter(recipient=operator, kind="alarm.unanswered", channel="voice").update(
        state="sent", sent_at=NOW, outcome="answered", answered_at=NOW
    )
    line = next(each for each in Case(alarm, operator).timeline if each.calls)

    assert {(call.person, call.channel) for call in rung.calls.all()} == {(operator, channel) for channel in ("inbox", "sms", "voice")}
    assert set(rung.calls.values_list("notice_key", flat=True)) == set(
        Notice.objects.filter(kind="alarm.unanswered").values_list("dedup_key", flat=True)
    )
    assert {told.call.channel: told.answer for told in line.calls} == {"inbox": "等待应答", "sms": "等待应答", "voice": "已接通"}


def test_the_office_is_called_to_see_to_it_not_to_go(alarm, operator, member):
    nobody_answered(alarm, operator)
    assert calls_of(operator) == []
    found = advance.advance(alarm, "accept", by=member)

    assert set(found.calls.filter(duty="office").values_list("answer", flat=True)) == {"left"}
    assert not Notice.objects.filter(recipient=operator, kind="alarm.taken").exists()
    operator.memberships.all().delete()
    assert not Alarm.objects.visible_to(User.objects.get(pk=operator.pk)).exists()


def test_groups_are_asked_to_help_only_while_it_burns(alarm, operator, member):
    advance.advance(alarm, "judge_true", by=operator)
    asked = Notice(kind="alarm.dispatch", channel="wecom", subject_type="alarms.Alarm", subject_id=str(alarm.pk))
    wanted = [telling.still_wanted(asked)]
    for action in ("accept", "arrive", "control"):
        advance.advance(alarm, action, by=member)
        wanted.append(telling.still_wanted(asked))

    assert wanted == [True, True, True, False]


def test_groups_are_not_sent_after_what_was_false(alarm, operator):
    advance.advance(alarm, "judge_unclear", by=operator)
    advance.advance(alarm, "judge_false", by=operator, reason="fog")

    assert not telling.still_wanted(Notice(kind="alarm.dispatch", channel="wecom", subject_type="alarms.Alarm", subject_id=str(alarm.pk)))


def test_a_passed_limit_is_told_in_the_language_of_each(alarm, operator, director):
    director.language = "en"
    director.save()
    with later(4):
        scan.scan()

    titles = dict(Notice.objects.filter(kind="alarm.late").values_list("recipient", "title"))
    assert titles[operator.pk].startswith("研判超时：")
    assert titles[director.pk].startswith("Judge is late: ")


def test_smoke_beyond_the_border_is_for_those_who_keep_the_place_of_the_camera(camera, operator, member, chief, town):
    far = alarm_of(camera, lon=camera.lon, lat=camera.lat - 0.9)
    found = advance.advance(far, "judge_unclear", by=operator)

    assert (found.grid, called(found)) == (None, [("first", [member.pk])])
    advance.advance(found, "accept", by=member)


def test_for_a_place_in_no_grid_the_operator_may_ring_up_any_township_whose_people_then_go(district, operator, town):
    said = {"key": "1", "text": "路边冒烟", "address": "省道边，说不清位置"}
    alarm = advance.advance(intake.report_smoke(district, said, by=operator), "judge_unclear", by=operator)
    form = CallForm(alarm=alarm, by=operator)
    assert town in form.fields["person"].queryset

    advance.advance(alarm, "call", by=operator, person=town, answer="accepted", duty="desk")
    found = advance.advance(Alarm.objects.get(pk=alarm.pk), "arrive", by=town)

    assert (found.state, found.accepted_by) == ("arrived", town)
