"""Training. ``bank(field)`` fills the bank of a field with questions whose first option is right."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from common import clock
from grids.models import Course, Question, TrainingRecord


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    name = factory.Sequence(lambda n: f"课程{n}")


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    district = factory.SelfAttribute("field.district")
    text = factory.Sequence(lambda n: f"第{n}题？")
    options = factory.LazyFunction(lambda: ["对", "错", "不知道"])
    answers = factory.LazyFunction(lambda: [0])


class TrainingRecordFactory(DjangoModelFactory):
    class Meta:
        model = TrainingRecord

    district = factory.SelfAttribute("course.district")
    on = factory.LazyFunction(clock.today)
    hours = 1
    passed = True
    certificate_until = factory.LazyAttribute(lambda record: record.on + dt.timedelta(days=365) if record.passed else None)
    source = "class"
    made_at = factory.LazyFunction(clock.now)


def bank(field, number: int = 12) -> None:
    QuestionFactory.create_batch(number, field=field)
