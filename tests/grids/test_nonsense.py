"""Every form of this app, filled with what nobody should type: it comes back with a reason, and nothing breaks."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from common import clock
from grids import services
from grids.models import Grid, Handover, Membership, Organisation, Post, StructureChange
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory

pytestmark = pytest.mark.django_db
OF_NOTHING = ("organisation-new", "headquarters-new", "field-new")
OF_A_GRID = ("grid-new", "grid-edit", "grid-move", "grid-merge", "grid-split", "grid-close", "grid-polygon", "appoint", "grid-person")
OF_A_UNIT = ("organisation-edit", "organisation-merge", "organisation-close", "grant", "organisation-person")
OTHERS = ("headquarters-edit", "field-edit", "person-edit", "post-end", "post-handover", "membership-end", "membership-handover")
NONSENSE = {
    "nothing": "",
    "spaces": "  　 ",
    "too long": "长" * 20_000,
    "a NUL": "a\0b",
    "a day before all days": "0001-01-01",
    "a day after all days": "9999-12-31",
    "a number beyond all columns": str(2**70),
    "a negative number": "-1",
    "markup": "<script>alert(1)</script>",
}


@pytest.fixture
def district():
    return DistrictFactory()


@pytest.fixture
def director(client, district, settings):
    settings.MFA_REQUIRED = False
    person = UserFactory(office_director=district)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


@pytest.fixture
def addresses(district, director):
    village, unit = district.villages[0], district.housing
    member, handler = UserFactory(member=village), UserFactory(dept_handler=unit)
    ids = dict.fromkeys(OF_A_GRID, (village.pk,)) | dict.fromkeys(OF_A_UNIT, (unit.pk,)) | dict.fromkeys(OF_NOTHING, ())
    ids |= {
        "headquarters-edit": (district.dust.headquarters.organisation_id,),
        "field-edit": (district.dust.pk,),
        "person-edit": (member.pk,),
        "post-end": (member.posts.get().pk,),
        "post-handover": (member.posts.get().pk,),
        "membership-end": (handler.memberships.get().pk,),
        "membership-handover": (handler.memberships.get().pk,),
    }
    return {name: reverse(f"grids:{name}", args=args) for name, args in ids.items()}


def rows():
    return [model.objects.count() for model in (Grid, Organisation, Post, Membership, Handover, StructureChange)]


@pytest.mark.parametrize("name", [*OF_NOTHING, *OF_A_GRID, *OF_A_UNIT, *OTHERS])
@pytest.mark.parametrize("typed", NONSENSE)
def test_nonsense_comes_back_with_a_reason(client, addresses, name, typed):
    fields = [field.html_name for field in client.get(addresses[name]).context["form"]]
    before = rows()

    answer = client.post(addresses[name], dict.fromkeys(fields, NONSENSE[typed]))

    if answer.status_code == 302:
        return  # nothing was required, or a long day is a day
    assert answer.status_code == 400
    assert "<script>alert" not in answer.content.decode()
    assert rows() == before


@pytest.mark.parametrize("name", ["tree", "people", "organisations", "map-data", "locate"])
@pytest.mark.parametrize("typed", NONSENSE)
def test_filters_take_anything(client, director, name, typed):
    words = dict.fromkeys(("q", "town", "lacking", "organisation", "role", "kind", "page", "under", "lon", "lat"), NONSENSE[typed])

    assert client.get(reverse(f"grids:{name}"), words).status_code in (200, 400)


def test_the_same_form_sent_twice_is_taken_once(client, district, addresses):
    data = {"name": "新村", "code": "N1"}

    answers = [client.post(addresses["grid-new"], data).status_code for _ in range(2)]

    assert answers == [302, 400]
    assert Grid.objects.filter(code="N1").count() == 1


def test_two_who_end_one_post_end_it_once(district, director):
    post = UserFactory(member=district.villages[0]).posts.get()
    first, second = Post.objects.get(pk=post.pk), Post.objects.get(pk=post.pk)

    services.end_post(first, by=director, reason="调离")
    with pytest.raises(ValidationError):
        services.end_post(second, by=director, ends_on=clock.today(), reason="又一次")

    assert not Post.objects.current(clock.today()).filter(pk=post.pk).exists()
