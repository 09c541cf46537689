"""A district's first day."""

import re

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from grids.models import Field, Grid, Headquarters, Organisation
from grids.roles import OrganisationKind, Role
from grids.scope import rights

pytestmark = pytest.mark.django_db
LOADED: list = []


def load(district):
    LOADED.append(district)


@pytest.fixture(autouse=True)
def defaults(settings):
    settings.DISTRICT_DEFAULTS = [f"{__name__}.load"]
    LOADED.clear()
    return LOADED


def test_a_district_starts_with_its_bodies_fields_and_rules(defaults):
    call_command("setup_district", name="青河区", code="410199", admin="zhangsan")

    district = Grid.objects.districts().get()
    assert (district.name, district.code, district.path) == ("青河区", "410199", f"/{district.pk}/")
    assert Headquarters.objects.count() == 9
    assert Field.objects.count() == 11
    assert not Headquarters.objects.filter(lead_unit=None).exists()
    kinds = set(Organisation.objects.values_list("kind", flat=True))
    assert {OrganisationKind.LEADING_GROUP, OrganisationKind.OFFICE, OrganisationKind.SUPERVISION, OrganisationKind.DEPARTMENT} <= kinds
    assert defaults == [district]


def test_the_first_administrator_gets_a_random_password_once(capsys):
    call_command("setup_district", name="青河区", admin="zhangsan")

    password = re.search(r"shown only here: (\S+)", capsys.readouterr().out)[1]
    admin = User.objects.get(username="zhangsan")
    assert admin.check_password(password)
    assert admin.must_change_password and admin.one_time_until
    assert rights(admin).roles == {Role.SYSADMIN}


def test_a_refused_start_leaves_nothing():
    call_command("setup_district", name="青河区", code="A1", admin="zhangsan")

    for arguments in ({"code": "A1", "admin": "lisi"}, {"code": "A2", "admin": "zhangsan"}, {"code": "A3", "admin": "张三"}):
        with pytest.raises(CommandError):
            call_command("setup_district", name="柳园区", **arguments)
    assert Grid.objects.districts().count() == 1
    assert User.objects.count() == 1
