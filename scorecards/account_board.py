"""One shape of a month's accounts for page, interface and workbook."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from common import clock
from grids.models import Grid
from grids.roles import OrganisationKind
from scorecards.account_words import EntryKind
from scorecards.models import FIGURES, Account

LABELS = {
    "opening": Account._meta.get_field("opening").verbose_name,
    **dict(EntryKind.choices),
    "closing": Account._meta.get_field("closing").verbose_name,
}
SIGNS = {"opening": "", "added": "+", "rebounded": "+", "moved_in": "+", "moved_out": "−", "voided": "−", "closed": "−", "closing": "="}
KINDS = {
    OrganisationKind.TOWNSHIP: _("乡办"),
    OrganisationKind.DEPARTMENT: _("部门"),
    OrganisationKind.HEADQUARTERS: _("专项指挥部"),
    "": _("其他单位"),
}
"""Groups of the page, in their order; whoever else was once given a duty stands in the last."""
GRIDS = "grids"
NOTHING = dict.fromkeys(FIGURES, 0)
IDLE = Q(**NOTHING)


@dataclass
class Group:
    """Accounts of one kind of unit that the person may read, and the total of all of that kind."""

    kind: str
    label: str
    accounts: list[Account] = field(default_factory=list)
    idle: list[Account] = field(default_factory=list)
    """Those in which nothing was and nothing moved."""
    total: dict[str, int] = field(default_factory=lambda: dict(NOTHING))


def months(district: Grid) -> list[str]:
    """Months with accounts, newest first."""
    return list(Account.objects.filter(district=district).order_by("-month").values_list("month", flat=True).distinct())


def of_holder(district: Grid, *, organisation: int | None, grid: int | None) -> QuerySet:
    """Every month of one holder, oldest first."""
    return Account.objects.filter(district=district, organisation=organisation, grid=grid).order_by("month")


def groups(user, district: Grid, month: str) -> list[Group]:
    found = {kind: Group(kind, str(label)) for kind, label in KINDS.items()}
    for account in units(user, district, month):
        group = found[group_of(account.organisation.kind)]
        (group.accounts if any(account.figures.values()) else group.idle).append(account)
    for kind, total in totals(district, month).items():
        if kind in found:
            found[kind].total = total
    return [group for group in found.values() if group.accounts or group.idle or any(group.total.values())]


def group_of(kind: str) -> str:
    return kind if kind in KINDS else ""


def units(user, district: Grid, month: str) -> QuerySet:
    """Without bodies that have ended and of which nothing is left."""
    began = clock.beijing(clock.month_bounds(month)[0]).date()
    over = Q(organisation__merged_into__isnull=False) | Q(organisation__valid_to__lte=began)
    mine = Account.objects.visible_to(user).of_month(district, month).filter(organisation__isnull=False)
    return mine.exclude(over & IDLE).select_related("organisation").order_by("organisation__position", "organisation_id")


def grids(user, district: Grid, month: str, *, under: str = "") -> QuerySet:
    """Grids in which something was or moved; ``under`` is the path of a higher one."""
    mine = Account.objects.visible_to(user).of_month(district, month).filter(grid__isnull=False, grid__path__startswith=under)
    return mine.exclude(IDLE).select_related("grid__parent").order_by("grid__path")


def totals(district: Grid, month: str) -> dict[str, dict[str, int]]:
    """Group → its figures added up, of the whole district: every unit may know them."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict(NOTHING))
    sums = Account.objects.of_month(district, month).order_by().values("organisation__kind")
    for row in sums.annotate(**{f"sum_{name}": Sum(name) for name in FIGURES}):
        kind = row["organisation__kind"]
        total = found[GRIDS if kind is None else group_of(kind)]
        for name in FIGURES:
            total[name] += row[f"sum_{name}"]
    return found


def together(several) -> dict[str, int]:
    return {name: sum(each[name] for each in several) for name in FIGURES}


def cells(figures: dict[str, int], url: str = "") -> list[dict]:
    """The eight figures in their order, each with the address of its rows."""
    return [
        {"name": name, "label": LABELS[name], "sign": SIGNS[name], "figure": figures[name], "url": f"{url}?kind={name}" if url else ""}
        for name in FIGURES
    ]
