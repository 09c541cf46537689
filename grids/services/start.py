"""A district's first day."""

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from grids import defaults
from grids.models import Grid
from grids.roles import Role
from grids.services.persons import open_account
from grids.services.places import create_district
from grids.services.terms import grant


@transaction.atomic
def set_up_district(*, code: str, name: str, admin: str, admin_name: str = "", admin_phone: str = "") -> tuple[Grid, User, str]:
    """A district with every editable default, and its first administrator with the one-time password. Nothing is written unless all is."""
    user, password = open_account(username=admin, name=admin_name or _("系统管理员"), phone=admin_phone, by=None)
    district = create_district(code=code, name=name)
    units = defaults.load(district)
    for hook in settings.DISTRICT_DEFAULTS:
        import_string(hook)(district)
    grant(user=user, organisation=units["攻坚办"], role=Role.SYSADMIN, by=None)
    return district, user, password
