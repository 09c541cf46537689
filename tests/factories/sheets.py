import factory

from common import clock
from sheets.models import Job


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Job

    kind = "numbers"
    title = "整改台账"
    requested_by = factory.SubFactory("tests.factories.accounts.UserFactory")
    created_at = factory.LazyFunction(clock.now)
