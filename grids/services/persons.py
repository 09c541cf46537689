"""People of a district: their accounts, made and kept by those who keep the settings."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts import tickets
from accounts.models import User
from audit.services import record
from common.errors import NotYourRole
from grids import people
from grids.models import Grid, Organisation
from grids.services.history import check_keeper, lock_district
from grids.services.terms import appoint, check_keeper_stays, grant

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,39}")


def open_account(*, username: str, name: str, phone: str = "", by) -> tuple[User, str]:
    """An account of that sign-in name and its one-time password."""
    if not USERNAME.fullmatch(username):
        raise ValidationError({"username": _("登录名由 3 至 40 个字母、数字或 . _ - 组成。")}, code="username")
    if User.objects.filter(username__iexact=username).exists():
        raise ValidationError({"username": _("登录名“%(username)s”已被使用。") % {"username": username}}, code="username_taken")
    User(username=username, name=name, phone=phone).clean_fields(exclude=["password"])
    return accounts.create_account(username=username, name=name, phone=phone, by=by)


@transaction.atomic
def create_person(
    *, name: str, role, by, grid: Grid | None = None, organisation: Organisation | None = None, phone="", username="", title="", starts_on=None
):
    """A person with a first duty, a post in ``grid`` or a role in ``organisation``: (user, one-time password).

    Without ``username`` one is made of the code of grid or unit and the next number.
    """
    place: Any = grid or organisation
    check_keeper(by, place.district_id)
    user, password = open_account(username=username or free_username(place.code or place.district.code), name=name, phone=phone, by=by)
    if grid:
        appoint(user=user, grid=grid, role=role, title=title, starts_on=starts_on, by=by)
    elif organisation:
        grant(user=user, organisation=organisation, role=role, title=title, starts_on=starts_on, by=by)
    return user, password


def free_username(stem: str) -> str:
    """``gc0102-3``: the stem's letters and digits and the first number that is free."""
    stem = re.sub(r"[^a-z0-9-]", "", stem.lower()).strip("-")[:24] or "user"
    taken = set(User.objects.filter(username__startswith=f"{stem}-").values_list("username", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := f"{stem}-{n}") not in taken)


@transaction.atomic
def edit_person(user: User, *, district: Grid, by, name: str | None = None, phone: str | None = None, email: str | None = None) -> bool:
    """Change what is given; says whether anything changed. The audit log keeps the names of the fields only."""
    _check_of_district(user, district, by)
    given = {"name": name, "phone": accounts.number_of(phone) if phone is not None else None, "email": email}
    kept = User.objects.values(*given).get(pk=user.pk)
    changed = {field: value for field, value in given.items() if value is not None and value != kept[field]}
    if not changed:
        return False
    for field, value in changed.items():
        setattr(user, field, value)
    user.clean_fields(exclude=["password"])
    user.save(update_fields=list(changed))
    record("account.edit", user, by=by, district_id=district.pk, payload={"fields": sorted(changed)})
    return True


@transaction.atomic
def reset_password(user: User, *, district: Grid, by) -> str:
    """A fresh one-time password for somebody who has lost theirs."""
    _check_of_district(user, district, by)
    return accounts.issue_one_time_password(user, by=by)


@transaction.atomic
def make_sign_in_ticket(user: User, *, district: Grid, by) -> str:
    """The token of a code that signs a field person in once."""
    _check_of_district(user, district, by)
    return tickets.issue(user, by=by)


@transaction.atomic
def end_session(user: User, session: int, *, district: Grid, by) -> bool:
    _check_of_district(user, district, by)
    return accounts.end_session(user, session, by=by)


@transaction.atomic
def take_off_second_factor(user: User, *, district: Grid, by) -> None:
    """For somebody whose telephone is lost: the next sign-in asks for a new one. Nobody puts down his own this way."""
    _check_of_district(user, district, by)
    if by is not None and user.pk == by.pk:
        raise NotYourRole(_("不能解除自己的两步验证，请由另一位管理人员办理。"))
    accounts.take_off_second_factor(user, by=by)


@transaction.atomic
def deactivate_person(user: User, *, district: Grid, by) -> None:
    """The person has left: no sign-in. Terms stay as they are and count no longer; history keeps the name.

    One after the other, and somebody stays who may change the settings: the last two do not put each other out.
    """
    _check_of_district(user, district, by)
    if by is not None and user.pk == by.pk:
        raise NotYourRole(_("不能停用自己的账号。"))
    lock_district(district.pk)
    if user.is_active:
        check_keeper_stays(district.pk, without=Q(user=user))
        accounts.deactivate(user, by=by)


@transaction.atomic
def reactivate_person(user: User, *, district: Grid, by) -> None:
    _check_of_district(user, district, by)
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("account.activate", user, by=by, district_id=district.pk)


@transaction.atomic
def show_phone(user: User, *, district: Grid, by) -> str:
    """The whole number, which is an act of its own in the audit log unless it is one's own."""
    if by.pk != user.pk:
        if not people.may_see_phones(by, district.pk):
            raise NotYourRole(_("只有攻坚办和本人可以查看完整号码。"))
        record("account.show_phone", user, by=by, district_id=district.pk)
    return user.phone


def _check_of_district(user: User, district: Grid, by) -> None:
    check_keeper(by, district.pk)
    if by is not None and not people.of_district(district).filter(pk=user.pk).exists():
        raise NotYourRole(_("此人不属于本区县。"))
