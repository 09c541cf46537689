"""What the side navigation shows to this person."""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.roles import OFFICE, SERVING, SETTINGS_KEEPERS, Role
from grids.scope import rights

FIELD = "field"
"""People with grid posts and no seat in an office."""
AT_WORK = frozenset(Role) - SERVING | {FIELD}
IN_OFFICES = AT_WORK - {FIELD}

NAV = [
    ("home", _("工作台"), "home", None),
    ("ledger", _("问题台账"), "inspections:ledger", AT_WORK),
    ("task", _("整改任务"), "rectification:tasks", AT_WORK),
    ("grid", _("网格与人员"), "grids:tree", AT_WORK | {Role.SYSADMIN}),
    ("flag", _("专项指挥部"), "grids:headquarters", IN_OFFICES | {Role.SYSADMIN}),
    ("site", pgettext_lazy("list", "监管对象"), "registers:sites", AT_WORK),
    ("pin", _("巡查"), "patrols:list", AT_WORK),
    ("air", _("空气质量"), "airquality:now", AT_WORK | {Role.SYSADMIN}),
    ("fire", _("报警与应急"), "alarms:board", AT_WORK),
    ("scale", _("账本与考核"), "scorecards:ranking", IN_OFFICES),
    ("send", _("通知记录"), "notices:outbox", OFFICE | {Role.SUPERVISION}),
    ("shield", _("审计"), "audit:events", frozenset({Role.AUDITOR})),
    ("gear", _("设置"), "settings", SETTINGS_KEEPERS),
]
"""Icon, label, URL name, who may use it (None: everybody signed in)."""


def navigation(request):
    return {
        "nav": SimpleLazyObject(lambda: items(request)),
        "unread": SimpleLazyObject(lambda: unread(request)),
        "demo": settings.DEMO,
        "version": settings.VERSION,
    }


def items(request) -> list[dict]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    found = rights(user)
    shown = [{"icon": drawing, "label": label, "url": reverse(name), "name": name} for drawing, label, name, roles in NAV if may_use(found, roles)]
    here = current(request, shown)
    return [item | {"active": item is here} for item in shown]


def may_use(found, roles) -> bool:
    return roles is None or bool(roles & found.roles) or (found.is_field and FIELD in roles)


def current(request, shown: list[dict]):
    """The item whose address is the longest beginning of this page's; else the first one of the same app."""
    under = [item for item in shown if item["name"] != "home" and request.path.startswith(item["url"])]
    if under:
        return max(under, key=lambda item: len(item["url"]))
    match = request.resolver_match
    app = match.namespace if match else ""
    same = [item for item in shown if app and item["name"].startswith(f"{app}:")]
    return next(iter(same), next((item for item in shown if item["url"] == request.path), None))


def unread(request) -> int:
    from notices.models import Notice  # noqa: PLC0415

    user = getattr(request, "user", None)
    return Notice.objects.for_person(user).unopened().count() if user is not None and user.is_authenticated else 0
