"""Template words used on every page. Loaded everywhere (settings: builtins)."""

import datetime as dt

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.templatetags.static import static
from django.utils import dateformat
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from common import clock

register = template.Library()

NOTHING = "—"
SOON = dt.timedelta(days=2)
LAST_SECOND = dt.time(23, 59, 59)


@register.simple_tag
def icon(name: str):
    """A drawing of ``static/img/icons.svg``; decoration only, the words stand beside it."""
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', static("img/icons.svg"), name)


# --- days and moments, on Beijing clocks --------------------------------------------------------------------------------------------
def _day_of(value):
    return clock.beijing(value).date() if isinstance(value, dt.datetime) else value


@register.filter
def day(value) -> str:
    """11-20 (in English: 20 Nov) in this year, 2025-11-20 otherwise."""
    if not value:
        return NOTHING
    found = _day_of(value)
    return dateformat.format(found, pgettext("a day of this year", "m-d")) if found.year == clock.today().year else f"{found:%Y-%m-%d}"


@register.filter
def full_day(value) -> str:
    return f"{_day_of(value):%Y-%m-%d}" if value else NOTHING


@register.filter
def moment(value) -> str:
    """11-20 09:12 in this year. The last second of a day reads 24:00, as limits are written."""
    if not value:
        return NOTHING
    local = clock.beijing(value)
    return f"{day(value)} 24:00" if local.time().replace(microsecond=0) == LAST_SECOND else f"{day(value)} {local:%H:%M}"


@register.filter
def iso(value) -> str:
    """For ``<time datetime>``."""
    return clock.beijing(value).isoformat(timespec="seconds") if isinstance(value, dt.datetime) else (value.isoformat() if value else "")


def _ends_with_its_day(due) -> bool:
    return clock.beijing(due).time().replace(microsecond=0) == LAST_SECOND


@register.filter
def remaining(due, now=None) -> str:
    """How long until a limit, or how late: 逾期 3 天, 今天到期, 剩 1 天 4 小时. A limit by the day is late by days, others by the clock."""
    if not due:
        return NOTHING
    now = now or clock.now()
    return _late_by(due, now) if now > due else _left(due, now)


def _late_by(due, now) -> str:
    if _ends_with_its_day(due):
        return _("逾期 %(n)s 天") % {"n": (_day_of(now) - _day_of(due)).days}
    late = now - due
    if late.days:
        return _("逾期 %(n)s 天") % {"n": late.days}
    if late >= dt.timedelta(hours=1):
        return _("逾期 %(n)s 小时") % {"n": late.seconds // 3600}
    return _("逾期 %(n)s 分钟") % {"n": max(1, late.seconds // 60)}


def _left(due, now) -> str:
    if _ends_with_its_day(due) and _day_of(due) == _day_of(now):
        return _("今天到期")
    left = due - now
    hours = left.seconds // 3600
    if left.days >= 3 or (left.days and not hours):
        return _("剩 %(n)s 天") % {"n": left.days}
    if left.days:
        return _("剩 %(n)s 天 %(hours)s 小时") % {"n": left.days, "hours": hours}
    if hours:
        return _("剩 %(n)s 小时") % {"n": hours}
    return _("剩 %(n)s 分钟") % {"n": left.seconds // 60}


@register.filter
def remaining_class(due, now=None) -> str:
    """late, soon or nothing: the CSS class that goes with ``remaining``."""
    if not due:
        return ""
    now = now or clock.now()
    if now > due:
        return "late"
    return "soon" if due - now < SOON else ""


# --- figures ------------------------------------------------------------------------------------------------------------------------
@register.filter
def hundredths(value) -> str:
    """Integer hundredths as people read them, exactly.

    >>> hundredths(9350), hundredths(9125), hundredths(9300), hundredths(-5)
    ('93.5', '91.25', '93.0', '-0.05')
    """
    if value is None or value == "":
        return NOTHING
    value = int(value)
    whole, part = divmod(abs(value), 100)
    digits = f"{part:02}".rstrip("0") or "0"
    return f"{'-' if value < 0 else ''}{whole}.{digits}"


@register.filter
def mask_phone(value) -> str:
    """138****0001; short numbers lose all but their ends."""
    text = str(value or "").strip()
    if len(text) >= 11:
        return f"{text[:-8]}****{text[-4:]}"
    return f"{text[:1]}{'*' * (len(text) - 2)}{text[-1:]}" if len(text) > 2 else "*" * len(text)


BROWSERS = [("MicroMessenger", gettext_lazy("微信")), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"), ("Linux", "Linux")]


@register.filter
def browser_name(user_agent) -> str:
    """Chrome · Windows: enough for people to know their own device again."""
    found = [next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(str(name) for name in found if name) or NOTHING


# --- forms --------------------------------------------------------------------------------------------------------------------------
def _class_of(widget) -> str:
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "form-check-input"
    if isinstance(widget, Select):
        return "form-select"
    return "form-control"


def _described_by(field) -> str:
    parts = [f"{field.auto_id}_help"] if field.help_text else []
    return " ".join([*parts, f"{field.auto_id}_error"] if field.errors else parts)


@register.simple_tag
def control(field, **attrs):
    """The widget of a bound field in house dress, tied to its help and its errors."""
    own = field.field.widget.attrs.get("class", "")
    dress = {"class": f"{_class_of(field.field.widget)} {own}{' is-invalid' if field.errors else ''}".strip()}
    if described := _described_by(field):
        dress["aria-describedby"] = described
    if field.errors:
        dress["aria-invalid"] = "true"
    return field.as_widget(attrs=dress | {name.replace("_", "-"): value for name, value in attrs.items()})


@register.filter
def is_choices(field) -> bool:
    return isinstance(field.field.widget, (RadioSelect, CheckboxSelectMultiple))


@register.filter
def is_tick(field) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def filters_in_use(form) -> int:
    """How many of the fields people see narrow the list."""
    return sum(bool(field.data) for field in form if not field.is_hidden)


# --- lists --------------------------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def sort_link(context, name: str, current: str = ""):
    """Address of this list sorted by ``name``, the other way round when it already is; other filters stay, the page does not."""
    query = context["request"].GET.copy()
    query["ordering"] = f"-{name}" if current == name else name
    for gone in ("page", "cursor"):
        query.pop(gone, None)
    return f"?{query.urlencode()}"


@register.filter
def page_numbers(page) -> list:
    """At most nine links: the first, the last and those around this page; ``None`` stands for a gap."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [None if number == page.paginator.ELLIPSIS else number for number in numbers]
