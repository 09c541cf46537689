"""The accounts a visitor may use: one for each role, on the sign-in page and from ``demo_accounts --json``."""

import json

from accounts.demo import accounts_file
from accounts.models import User
from airduty.demo.district import Place
from grids.models import Membership, Post
from grids.roles import PostRole, Role

SHOWN = (
    "member",
    "chief",
    "town",
    "townmanager",
    "dept",
    "deptmanager",
    "headquarters",
    "commander",
    "office",
    "director",
    "supervision",
    "leader",
    "auditor",
    "sysadmin",
)
"""User names, in the order of the sign-in page."""


def password_of(username: str) -> str:
    """Public on purpose; only ever set by ``seed_demo``, which runs in demonstration mode only."""
    return f"Yanshi.{username}.8"


def open_accounts(place: Place) -> list[dict]:
    """Give the shown people their passwords and leave the list where the sign-in page finds it."""
    rows = [_row(user, place) for user in sorted(User.objects.filter(username__in=SHOWN), key=lambda user: SHOWN.index(user.username))]
    accounts_file().write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return rows


def _row(user: User, place: Place) -> dict:
    user.set_password(password_of(user.username))
    user.password_changed_at = None  # a published password does not grow old; the seed lives in the past
    user.save(update_fields=["password", "password_changed_at"])
    seat = Membership.objects.filter(user=user).select_related("organisation").first()
    post = Post.objects.filter(user=user).select_related("grid__organisation").first()
    grid = post.grid if post else place.villages[0]
    lon, lat = _inside(grid)
    role = seat.role if seat else {PostRole.CHIEF: "grid_chief"}.get(post.role, "grid_member")
    return {
        "role": str(role),
        "label": str(Role(seat.role).label if seat else PostRole(post.role).label),
        "username": user.username,
        "password": password_of(user.username),
        "organisation": str(seat.organisation if seat else grid.organisation),
        "grid": grid.code if post else "",
        "lon": lon,
        "lat": lat,
    }


def _inside(grid) -> tuple[float, float]:
    from shapely.geometry import shape  # noqa: PLC0415 - heavy, only for the seed

    point = shape(grid.polygon).representative_point()
    return round(point.x, 6), round(point.y, 6)
