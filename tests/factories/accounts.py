"""People. A trait takes the place where the person serves: ``UserFactory(office_staff=district)``, ``UserFactory(member=grid)``."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from grids.models import Membership, Organisation, Post
from grids.roles import OrganisationKind, PostRole, Role

LONG_AGO = dt.date(2020, 1, 1)
PASSWORD = "Correct-Horse-7"
"""Of every user made here."""


def serving(role, kind):
    """A trait that takes a district and gives ``role`` in its (first) organisation of ``kind``."""

    def give(user, create, district, **_extra):
        if district:
            organisation = Organisation.objects.filter(district=district, kind=kind).first()
            Membership.objects.create(user=user, organisation=organisation, role=role, starts_on=LONG_AGO)

    return factory.post_generation(give)


def serving_in(role):
    """A trait that takes an organisation and gives ``role`` in it."""

    def give(user, create, organisation, **_extra):
        if organisation:
            Membership.objects.create(user=user, organisation=organisation, role=role, starts_on=LONG_AGO)

    return factory.post_generation(give)


def commanding(role):
    """A trait that takes a field (or a headquarters) and gives ``role`` in the headquarters."""

    def give(user, create, field, **_extra):
        if field:
            headquarters = getattr(field, "headquarters", field)
            Membership.objects.create(user=user, organisation=getattr(headquarters, "organisation", headquarters), role=role, starts_on=LONG_AGO)

    return factory.post_generation(give)


def posted(role):
    """A trait that takes a grid and gives the post ``role`` in it."""

    def give(user, create, grid, **_extra):
        if grid:
            Post.objects.create(user=user, grid=grid, role=role, starts_on=LONG_AGO)

    return factory.post_generation(give)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"测试员{n}")
    phone = factory.Sequence(lambda n: f"100{n:08d}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.invalid")
    password = factory.django.Password(PASSWORD)

    leader = serving(Role.DISTRICT_LEADER, OrganisationKind.LEADING_GROUP)
    office_director = serving(Role.OFFICE_DIRECTOR, OrganisationKind.OFFICE)
    office_staff = serving(Role.OFFICE_STAFF, OrganisationKind.OFFICE)
    supervision = serving(Role.SUPERVISION, OrganisationKind.SUPERVISION)
    auditor = serving(Role.AUDITOR, OrganisationKind.OFFICE)
    sysadmin = serving(Role.SYSADMIN, OrganisationKind.OFFICE)

    commander = commanding(Role.COMMANDER)
    deputy_commander = commanding(Role.DEPUTY_COMMANDER)
    hq_staff = commanding(Role.HQ_STAFF)

    dept_manager = serving_in(Role.DEPT_MANAGER)
    dept_handler = serving_in(Role.DEPT_HANDLER)
    town_manager = serving_in(Role.TOWN_MANAGER)
    town_handler = serving_in(Role.TOWN_HANDLER)

    chief = posted(PostRole.CHIEF)
    deputy_chief = posted(PostRole.DEPUTY_CHIEF)
    member = posted(PostRole.MEMBER)
    patroller = posted(PostRole.PATROLLER)
    overseer = posted(PostRole.OVERSEER)
