"""From judging to closing: clocks, the line of those who are called, the person on the spot, one finding; twice, late and with a dead gateway."""

import pytest
from django.core.exceptions import ValidationError

from alarms import access
from alarms.models import Alarm, AlarmClock, Call, Dispatch
from alarms.sentences import OF
from alarms.services import advance, ledger, rosters, scan, telling
from alarms.services.field import calls_of
from alarms.services.photos import upload
from alarms.workflow import EVENTS, STEPS
from common import clock
from common.errors import Conflict, NotYourRole
from grids.models import Handover
from inspections.models import Finding
from notices.models import Notice
from rectification.models import Task
from tests.alarms.moments import NOW, later
from tests.factories.accounts import UserFactory
from tests.factories.alarms import SourceFactory, alarm_of
from tests.factories.evidence import photo_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]


@pytest.fixture
def alarm(camera, member, chief, town, operator):
    return alarm_of(camera)


def picture(number: int = 1):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("a.jpg", photo_bytes(number), content_type="image/jpeg")


def called(alarm) -> list:
    return [(row.duty, sorted({call.person.pk for call in row.calls.all()})) for row in alarm.dispatches.all()]


# --- judging ----------------------------------------------------------------------------------------------------------------------------
def test_a_true_alarm_is_dispatched_and_on_the_ledger_with_everything_it_carries(alarm, operator, member, district):
    with later(2):
        found = advance.advance(alarm, "judge_true", by=operator, address="村东机井旁", version=1)

    finding = found.finding
    assert (found.state, found.judgement, found.judged_by) == ("dispatched", "true", operator)
    assert (finding.source, finding.problem_type.code, finding.grid, finding.lon) == ("sky_guard", "straw-fire", district.villages[0], alarm.lon)
    assert (finding.captured_at, finding.address, finding.text) == (NOW, "村东机井旁", "有烟")
    assert finding.state == "assigned"
    assert Task.objects.filter(finding=finding, organisation=district.town_a.organisation).exists()
    assert called(found) == [("first", [member.pk])]
    clocks = {row.name: (row.due_at - NOW).total_seconds() / 60 for row in found.clocks.all()}
    assert clocks == {"judge": 3, "accept": 7, "arrive": 17, "control": 32, "report": 122}
    assert {call.channel for call in found.calls.all()} == {"inbox", "sms", "voice"}
    assert Notice.objects.filter(dedup_key__in=found.calls.values("notice_key")).count() == 3


def test_who_is_called_finds_the_alarm_first_on_the_phone_until_somebody_else_goes(alarm, operator, member, chief):
    advance.advance(alarm, "judge_true", by=operator, address="村东机井旁")
    (call,) = calls_of(member)

    assert (call["title"], call["button"], "村东机井旁" in call["words"]) == (f"报警：烟火 {alarm.number}", "去接单", True)
    assert calls_of(chief) == []

    advance.advance(alarm, "accept", by=member)
    assert [each["button"] for each in calls_of(member)] == ["继续办理"]


def test_pictures_go_with_the_finding(camera, operator, member):
    from alarms.services import intake
    from tests.factories.alarms import message

    alarm = intake.take_in(camera, message(pictures=(photo_bytes(3),)), size=1).alarm
    found = advance.advance(alarm, "judge_true", by=operator)

    assert [slot.photo.size for slot in found.finding.photos.all()] == [len(photo_bytes(3))]


def test_judged_twice_it_is_one_finding(alarm, operator, director):
    advance.advance(alarm, "judge_true", by=operator, version=1)
    assert advance.advance(alarm, "judge_true", by=operator, version=1).replayed
    with pytest.raises(Conflict):
        advance.advance(alarm, "judge_true", by=director, version=1)
    with pytest.raises(Conflict):
        advance.advance(alarm, "judge_false", by=director, reason="fog")
    assert Finding.objects.count() == 1


def test_a_false_alarm_needs_its_reason_and_calls_nobody(alarm, operator):
    with pytest.raises(ValidationError):
        advance.advance(alarm, "judge_false", by=operator, reason="")
    with pytest.raises(ValidationError):
        advance.advance(alarm, "judge_false", by=operator, reason="other")
    found = advance.advance(alarm, "judge_false", by=operator, reason="chimney")

    assert (found.state, found.false_reason, found.calls.count(), found.finding) == ("false", "chimney", 0, None)
    assert found.clocks.get().met_at == NOW


def test_what_the_same_camera_sends_on_after_a_false_alarm_disturbs_nobody_for_a_while(alarm, camera, operator):
    advance.advance(alarm, "judge_false", by=operator, reason="chimney")
    with later(20):
        assert alarm_of(camera, 5) == alarm
    with later(31):
        assert alarm_of(camera, 6) != alarm


def test_who_is_on_the_way_is_called_back_when_it_was_false(alarm, operator, member):
    advance.advance(alarm, "judge_unclear", by=operator)
    advance.advance(alarm, "accept", by=member)
    advance.advance(alarm, "judge_false", by=operator, reason="fog")

    assert {notice.channel for notice in Notice.objects.filter(recipient=member, kind="alarm.off")} == {"inbox", "sms"}


def test_not_judged_in_time_it_goes_out_as_unclear_and_the_operators_clock_is_late(alarm, member):
    with later(2.9):
        assert scan.scan()["judged"] == 0
    with later(3.1):
        assert scan.scan() == {"judged": 1, "called": 0, "late": 1, "pictures": 0}
        assert scan.scan() == {"judged": 0, "called": 0, "late": 0, "pictures": 0}
    alarm.refresh_from_db()
    assert (alarm.state, alarm.judgement, alarm.judged_by, alarm.finding) == ("dispatched", "unclear", None, None)
    assert alarm.clocks.get(name="judge").late_at is not None
    assert called(alarm) == [("first", [member.pk])]


def test_only_the_office_judges(alarm, member, town):
    for person in (member, town):
        with pytest.raises(NotYourRole):
            advance.advance(alarm, "judge_true", by=person)


# --- the line ---------------------------------------------------------------------------------------------------------------------------
def test_no_answer_calls_the_next_in_line_each_once(alarm, operator, member, chief, town):
    advance.advance(alarm, "judge_unclear", by=operator)
    steps = []
    for minutes in (1, 2.9, 3.1, 3.2, 6.1, 6.2, 9.2, 9.3, 30):
        with later(minutes):
            steps.append(scan.scan()["called"])

    assert steps == [0, 0, 1, 0, 1, 0, 1, 0, 0]
    assert called(alarm) == [("first", [member.pk]), ("deputy", [chief.pk]), ("desk", [town.pk]), ("office", [operator.pk])]
    assert Notice.objects.filter(recipient=operator, kind="alarm.unanswered", channel="voice").count() == 1


def test_whoever_picks_up_the_telephone_has_until_the_limit(alarm, operator, member, chief):
    advance.advance(alarm, "judge_unclear", by=operator)
    Notice.objects.filter(recipient=member, channel="voice").update(answered_at=NOW, outcome="answered")
    with later(4):
        assert scan.scan()["called"] == 0
    with later(5.1):
        assert scan.scan()["called"] == 1


def test_a_dead_gateway_stops_neither_the_clock_nor_the_line(alarm, operator, member, chief, settings):
    settings.SMS_WEBHOOK_URL = settings.VOICE_WEBHOOK_URL = "http://127.0.0.1:9/dead"
    settings.SMS_WEBHOOK_PLAIN_HOSTS = settings.VOICE_WEBHOOK_PLAIN_HOSTS = ["127.0.0.1"]
    from notices import dispatch

    advance.advance(alarm, "judge_unclear", by=operator)
    for notice in dispatch.claim("test", limit=20):
        dispatch.deliver(notice)
    assert {notice.state for notice in Notice.objects.filter(recipient=member, channel__in=("sms", "voice"))} == {"retry"}
    with later(3.1):
        assert scan.scan()["called"] == 1
    with later(5.1):
        assert scan.scan()["late"] == 1
    assert alarm.clocks.get(name="accept").late_at is not None
    assert Notice.objects.for_person(member).filter(kind="alarm.dispatch").exists()


def test_the_roster_comes_before_the_posts_and_an_absence_before_the_roster(alarm, operator, district, member, town):
    guard, deputy = UserFactory(town_handler=district.town_a.organisation), UserFactory(town_manager=district.town_a.organisation)
    today = clock.today()
    rosters.plan(district.town_a.organisation, first=today, last=today, shift="day", person=guard, deputy=deputy, by=operator)
    advance.advance(alarm, "judge_unclear", by=operator)
    with later(4):
        scan.scan()
    assert called(alarm) == [("first", [guard.pk]), ("deputy", [deputy.pk])]


def test_who_has_left_the_unit_is_passed_over_and_a_stand_in_is_called(camera, operator, district, member):
    guard = UserFactory()
    today = clock.today()
    rosters.plan(district.town_a.organisation, first=today, last=today, shift="day", person=guard, by=operator)
    substitute = UserFactory()
    Handover.objects.create(post=member.posts.get(), substitute=substitute, reason="休假", starts_on=today, ends_on=today)
    alarm = alarm_of(camera)
    advance.advance(alarm, "judge_unclear", by=operator)

    assert called(alarm) == [("first", sorted([member.pk, substitute.pk]))]


def test_where_nobody_keeps_the_place_the_office_is_told_at_once(district, operator):
    alarm = alarm_of(SourceFactory(district=district, lon=120.0, lat=30.0))
    Alarm.objects.filter(pk=alarm.pk).update(grid=None, grid_path="")
    advance.advance(alarm, "judge_unclear", by=operator)

    assert called(alarm) == [("office", [operator.pk])]


# --- on the spot --------------------------------------------------------------------------------------------------------------------------
def go(alarm, *actions, by, **details):
    for n, action in enumerate(actions):
        with later(4 + n):
            found = advance.advance(alarm, action, by=by, **details)
    return found


def test_first_come_takes_it_and_the_others_are_told(alarm, operator, member, chief, town):
    advance.advance(alarm, "judge_true", by=operator)
    with later(3.1):
        scan.scan()
    with later(4):
        advance.advance(alarm, "accept", by=chief)
        assert advance.advance(alarm, "accept", by=chief).replayed
        with pytest.raises(Conflict, match=str(chief)):
            advance.advance(alarm, "accept", by=member)
    assert {(call.person, call.answer) for call in alarm.calls.all()} == {(member, "left"), (chief, "accepted")}
    assert Notice.objects.filter(recipient=member, kind="alarm.taken").count() == 1
    with later(20):
        assert scan.scan()["called"] == 0


def test_a_stranger_to_the_place_cannot_take_it(alarm, operator, district):
    advance.advance(alarm, "judge_true", by=operator)
    with pytest.raises(NotYourRole):
        advance.advance(alarm, "accept", by=UserFactory(member=district.villages[2]))


def test_the_whole_way_to_the_end(alarm, operator, member):
    advance.advance(alarm, "judge_true", by=operator)
    go(alarm, "accept", "arrive", "control", by=member)
    upload(alarm, picture(), by=member)
    with later(40):
        advance.advance(alarm, "feedback", by=member, note="已扑灭", on_site="real", cause="burning", area_m2=30)
        with pytest.raises(ValidationError):
            advance.advance(alarm, "close", by=operator, watched=False)
        found = advance.advance(alarm, "close", by=operator, watched=True, note="无烟")

    assert (found.state, found.on_site, found.area_m2, found.photos.get().step.action) == ("closed", "real", 30, "feedback")
    assert all(row.met_at and not row.is_late for row in found.clocks.all())
    assert [step.action for step in found.steps.all()] == [
        "raise", "judge_true", "dispatch", "to_ledger", "accept", "arrive", "control", "feedback", "close",
    ]  # fmt: skip


def test_a_feedback_lacks_nothing(alarm, operator, member):
    advance.advance(alarm, "judge_unclear", by=operator)
    go(alarm, "accept", "arrive", by=member)
    with pytest.raises(ValidationError) as refused:
        advance.advance(alarm, "feedback", by=member, on_site="real")
    assert set(refused.value.message_dict) == {"note", "photos"}


def test_what_the_person_on_the_spot_confirms_becomes_a_finding_of_the_system(alarm, operator, member):
    advance.advance(alarm, "judge_unclear", by=operator)
    go(alarm, "accept", "arrive", by=member)
    upload(alarm, picture(), by=member)
    found = advance.advance(alarm, "feedback", by=member, note="已扑灭", on_site="real")

    assert (found.judgement, found.finding.reporter, found.finding.source) == ("true", None, "sky_guard")


def test_nothing_found_is_ended_by_the_operator_as_false(alarm, operator, member):
    advance.advance(alarm, "judge_unclear", by=operator)
    go(alarm, "accept", "arrive", by=member)
    found = advance.advance(alarm, "feedback", by=member, note="是水汽", on_site="nothing")

    assert (found.state, found.finding) == ("fed_back", None)
    assert "close" not in access.actions_for(operator, found)
    assert advance.advance(alarm, "judge_false", by=operator, reason="chimney").state == "false"


def test_still_smoking_sends_it_back(alarm, operator, member):
    advance.advance(alarm, "judge_true", by=operator)
    go(alarm, "accept", "arrive", by=member)
    upload(alarm, picture(), by=member)
    advance.advance(alarm, "feedback", by=member, note="已扑灭", on_site="real")
    found = advance.advance(alarm, "send_back", by=operator, note="画面仍有烟")

    assert (found.state, found.clocks.get(name="control").met_at) == ("arrived", None)


def test_the_tasks_of_ones_own_unit_take_the_same_steps(alarm, operator, town, district):
    found = advance.advance(alarm, "judge_true", by=operator)
    task = Task.objects.get(finding=found.finding, organisation=district.town_a.organisation)
    go(alarm, "accept", "arrive", by=town)
    task.refresh_from_db()
    assert (task.state, task.arrived_at is not None) == ("accepted", True)
    upload(alarm, picture(), by=town)
    with later(10):
        advance.advance(alarm, "feedback", by=town, note="已扑灭", on_site="real")
    task.refresh_from_db()
    assert (task.state, task.conclusion) == ("fed_back", "rectified")


def test_a_call_by_hand_is_on_record_and_may_accept_for_the_person(alarm, operator, member, chief):
    advance.advance(alarm, "judge_unclear", by=operator)
    advance.advance(alarm, "call", by=operator, person=member, answer="missed", duty="first")
    found = advance.advance(alarm, "call", by=operator, person=chief, answer="accepted", duty="deputy", note="马上到")

    assert (found.state, found.accepted_by) == ("accepted", chief)
    assert [(call.person, call.answer) for call in found.calls.filter(channel=Call.BY_HAND)] == [(member, "missed"), (chief, "accepted")]


def test_limits_passed_are_stamped_once_and_told(alarm, operator, member):
    advance.advance(alarm, "judge_true", by=operator)
    go(alarm, "accept", by=member)
    with later(20):
        assert (scan.scan()["late"], scan.scan()["late"]) == (1, 0)
    assert AlarmClock.objects.get(late_at__isnull=False).name == "arrive"
    assert Notice.objects.filter(recipient=operator, kind="alarm.late").count() == 1


def test_faults_are_resolved_and_never_sent(district, operator):
    alarm = alarm_of(SourceFactory(district=district))
    Alarm.objects.update(kind="fault")
    alarm.refresh_from_db()
    assert set(access.actions_for(operator, alarm)) == {"judge_false", "resolve", "call", "comment"}
    found = advance.advance(alarm, "resolve", by=operator, note="已重启")

    assert (found.state, found.calls.count(), found.finding) == ("closed", 0, None)


# --- links, words, repetition ---------------------------------------------------------------------------------------------------------------
def test_the_link_of_a_message_is_of_one_call_and_does_not_last(alarm, operator, member):
    advance.advance(alarm, "judge_unclear", by=operator)
    call = alarm.calls.get(channel="sms")
    token = Notice.objects.get(recipient=member, channel="sms").url.rstrip("/").rpartition("/")[2]

    assert telling.call_of(token) == call
    assert telling.call_of(token[:-2] + "xx") is None


def test_what_is_queued_is_dropped_when_it_no_longer_matters(alarm, operator, member):
    advance.advance(alarm, "judge_unclear", by=operator)
    notice = Notice.objects.get(recipient=member, channel="voice")
    assert telling.still_wanted(notice)
    advance.advance(alarm, "accept", by=member)
    assert not telling.still_wanted(notice)


def test_every_step_has_its_sentence():
    assert set(STEPS) | set(EVENTS) == set(OF)


def test_a_rung_is_called_once_even_when_it_is_asked_for_again(alarm, operator):
    advance.advance(alarm, "judge_unclear", by=operator)
    from alarms.services import dispatching

    for _n in range(6):
        dispatching.call_next(Alarm.objects.held(alarm.pk), now=NOW)
    assert [row.duty for row in Dispatch.objects.all()] == ["first", "deputy", "desk", "office"]


def test_the_ledger_is_asked_once(alarm, operator):
    found = advance.advance(alarm, "judge_true", by=operator)
    assert ledger.to_ledger(found, by=operator) == found.finding
    assert Finding.objects.count() == 1
