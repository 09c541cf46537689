"""Courses, the bank of questions, classes and tests. Nobody is kept from work for want of a certificate; they are reminded."""

import calendar
import datetime as dt
import random
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

import notices.services
from accounts.models import User
from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from common.seen import held_as_seen
from grids import scope, training
from grids.models import Course, Grid, Post, Question, TestPaper, TrainingRecord
from grids.roles import OFFICE

source: random.Random = random.SystemRandom()
"""The lot that draws questions; a demonstration puts its own seed here."""


# --- kept by those who keep the settings --------------------------------------------------------------------------------------------
@transaction.atomic
def save_course(course: Course, *, by, stood: dict | None = None) -> Course:
    """``stood``: as in ``held_as_seen``."""
    is_new = course.pk is None
    _save(course, by=by, stood=stood)
    record("course.new" if is_new else "course.edit", course, by=by, district_id=course.district_id, payload={"name": course.name})
    return course


@transaction.atomic
def save_question(question: Question, *, by, stood: dict | None = None) -> Question:
    """``stood``: as in ``held_as_seen``."""
    is_new = question.pk is None
    question.district_id = question.field.district_id
    _save(question, by=by, stood=stood)
    record("question.new" if is_new else "question.edit", question, by=by, district_id=question.district_id, payload={"text": question.text[:80]})
    return question


def _save(row: Course | Question, *, by, stood: dict | None) -> None:
    if by is not None and not scope.may_change_settings(by, row.district_id):
        raise NotYourRole(_("课程和题库由攻坚办主任或系统管理员维护。"))
    if row.field_id and row.field.district_id != row.district_id:
        raise ValidationError({"field": _("请选本区县的专项领域。")})
    if row.pk:
        held_as_seen(type(row).objects.filter(pk=row.pk), stood)
    row.full_clean()
    row.save()


# --- a class ------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def record_class(course: Course, *, people: Iterable[User], on: dt.date, by, hours=None, trainer: str = "", scores: dict | None = None) -> int:
    """Several persons at once; how many are new. Entering a person for the same day again changes nothing. ``scores``: user id → 0 to 100, for who was tested.

    Without a test everybody who was there has passed.
    """
    if by is not None and not scope.rights(by).in_district(course.district_id, OFFICE):
        raise NotYourRole(_("集中培训由攻坚办登记。"))
    if on > clock.today():
        raise ValidationError({"on": _("培训日期不能晚于今天。")})
    Course.objects.select_for_update(of=("self",), no_key=True).get(pk=course.pk)
    known = set(course.records.filter(on=on, source=TrainingRecord.Source.CLASS).values_list("user_id", flat=True))
    fresh = [person for person in people if person.pk not in known]
    _check_of_district(fresh, course.district_id)
    for person in fresh:
        _write(course, person, on=on, source=TrainingRecord.Source.CLASS, score=(scores or {}).get(person.pk), hours=hours, trainer=trainer, by=by)
    if fresh:
        record("training.class", course, by=by, district_id=course.district_id, payload={"on": on, "people": [person.pk for person in fresh]})
    return len(fresh)


def _check_of_district(people: list[User], district_id: int) -> None:
    ids = {person.pk for person in people}
    here = set(Post.objects.filter(grid__district_id=district_id, user__in=ids).values_list("user_id", flat=True))
    if ids - here:
        raise ValidationError({"people": _("名单里有不属于本区县网格的人员。")})


def _write(course: Course, person: User, *, on: dt.date, source: str, score, by, hours=None, trainer="") -> TrainingRecord:
    passed = score is None or score >= course.pass_score
    return TrainingRecord.objects.create(
        district_id=course.district_id,
        course=course,
        user=person,
        on=on,
        hours=course.hours if hours is None else hours,
        trainer=trainer or course.trainer,
        score=score,
        passed=passed,
        certificate_until=months_later(on, course.valid_months) if passed and course.valid_months else None,
        source=source,
        by=by,
        made_at=clock.now(),
    )


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last.

    >>> str(months_later(dt.date(2026, 8, 31), 6))
    '2027-02-28'
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# --- a test -------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def begin_test(course: Course, *, by: User) -> TestPaper:
    """The paper that lies open, or a fresh one: nobody draws until the questions suit."""
    Course.objects.select_for_update().get(pk=course.pk)
    paper = TestPaper.objects.filter(course=course, user=by, handed_in_at=None).first()
    return paper or TestPaper.objects.create(course=course, user=by, sheet=_draw(course), begun_at=clock.now())


def _draw(course: Course) -> list[dict]:
    bank = Question.objects.active().filter(district_id=course.district_id)
    bank = bank.filter(field_id=course.field_id) if course.field_id else bank
    keys = list(bank.order_by("pk").values_list("pk", flat=True))
    if not course.is_active or not course.questions or not keys:
        raise ValidationError(_("这门课程目前没有在线测试。"), code="no_test")
    chosen = source.sample(keys, min(course.questions, len(keys)))
    found = Question.objects.in_bulk(chosen)
    return [_asked(found[key]) for key in chosen]


def _asked(question: Question) -> dict:
    """As it stands on this paper: options in an order of its own."""
    order = source.sample(range(len(question.options)), len(question.options))
    return {
        "id": question.pk,
        "text": question.text,
        "options": [question.options[n] for n in order],
        "answers": sorted(order.index(n) for n in question.answers),
        "explanation": question.explanation,
    }


@transaction.atomic
def hand_in(paper: TestPaper, given: list[list[int]], *, by: User) -> TestPaper:
    """Mark the paper; the result is a record of training. A second hand-in of the same answers shows the first result."""
    paper = TestPaper.objects.select_for_update().select_related("course", "user").get(pk=paper.pk)
    if paper.user_id != by.pk:
        raise NotYourRole(_("只能交自己的试卷。"))
    if paper.handed_in_at:
        if given != paper.given:
            raise Conflict(_("这张试卷已经交过，成绩以第一次为准。"))
        return paper
    right = sum(sorted(set(chosen)) == asked["answers"] for chosen, asked in zip(given, paper.sheet, strict=True))
    paper.given, paper.handed_in_at, paper.score = given, clock.now(), round(100 * right / len(paper.sheet))
    paper.record = _write(paper.course, by, on=clock.today(), source=TrainingRecord.Source.ONLINE, score=paper.score, by=by)
    paper.save(update_fields=["given", "handed_in_at", "score", "record"])
    record("training.test", paper.course, by=by, district_id=paper.course.district_id, payload={"score": paper.score, "record": paper.record.pk})
    return paper


# --- reminding ----------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def remind_expired(today: dt.date) -> int:
    """One message per certificate that has run out, to those on post who have no other; returns how many are new."""
    told = 0
    for district in Grid.objects.districts():
        here = Post.objects.current(today).filter(grid__district=district)
        people = training.standing(User.objects.filter(is_active=True, pk__in=here.values("user")), today).filter(training.WORDS[training.EXPIRED])
        last: dict = {}
        for each in TrainingRecord.objects.filter(user__in=people, passed=True).select_related("user", "course").order_by("certificate_until", "pk"):
            last[each.user_id] = each
        told += sum(_remind(each) for each in last.values())
    notices.services.beat("training")
    return told


def _remind(ended: TrainingRecord) -> int:
    return notices.services.queue(
        to=[ended.user],
        title=lambda: _("培训证书已过期：%(course)s") % {"course": ended.course},
        body=lambda: _("请抽时间再测一次。不影响您继续巡查和上报。"),
        url=reverse("mobile_training:course", args=[ended.course_id]),
        dedup_key=f"training:expired:{ended.pk}",
        kind="training.expired",
        subject=ended,
        district_id=ended.district_id,
    )
