"""What a new district begins with: who is proposed (domain 1.3), who is told when (domain 5.2), the clocks and figures of the procedure."""

from grids.models import Field, Grid, Organisation
from inspections.models import ProblemType
from rectification.models import Clock, Policy, ReminderRule, RoutingRule
from rectification.services.clocks import DEFAULT_CLOCKS
from rectification.words import TaskRole

P, A = ReminderRule.Point, ReminderRule.Audience
MAIL = ["inbox", "email"]

RUNG = ("code", "name", "point", "figure", "audiences", "channels", "level")
LADDER = [
    # the columns above
    ("accept-half", "签收提醒", P.ACCEPT_SHARE, 50, [A.HANDLER], MAIL, 1),
    ("accept-over", "超时未签收", P.ACCEPT_OVERDUE, 0, [A.HANDLER, A.MANAGER, A.OFFICE], MAIL, 2),
    ("time-70", "到期预警（用时70%）", P.TIME_SHARE, 70, [A.HANDLER, A.MANAGER], MAIL, 1),
    ("three-days", "到期预警（剩3天）", P.DAYS_BEFORE, 3, [A.HANDLER, A.MANAGER], MAIL, 1),
    ("one-day", "到期预警（剩1天）", P.DAYS_BEFORE, 1, [A.HANDLER, A.MANAGER], MAIL, 1),
    ("due-today", "到期提醒", P.DUE_TODAY, 0, [A.HANDLER, A.MANAGER, A.LEADER], MAIL, 2),
    ("overdue", "超期催办", P.OVERDUE_DAILY, 1, [A.HANDLER, A.MANAGER], MAIL, 3),
    ("overdue-3", "督查催办", P.OVERDUE_DAYS, 3, [A.MANAGER, A.LEADER, A.OFFICE], MAIL, 4),
    ("overdue-7", "挂牌督办", P.OVERDUE_DAYS, 7, [A.MANAGER, A.LEADER, A.OFFICE, A.SUPERVISION], MAIL, 5),
    ("rework-2", "二次返工督办", P.REWORKS, 2, [A.MANAGER, A.LEADER, A.SUPERVISION], MAIL, 5),
    ("superior-over", "上级交办逾期督办", P.SUPERIOR_OVERDUE, 0, [A.MANAGER, A.LEADER, A.OFFICE, A.SUPERVISION], MAIL, 5),
    ("verify-over", "核查超期", P.VERIFY_OVERDUE, 0, [A.VERIFIER, A.OFFICE], ["inbox"], 2),
    ("office-over", "受理、交办、销号超期", P.OFFICE_OVERDUE, 0, [A.OFFICE], ["inbox"], 2),
    ("request-over", "审批超期", P.REQUEST_OVERDUE, 0, [A.LEADER, A.OFFICE], ["inbox"], 2),
]

OF_FIELDS = {"catering": "城管局"}
OF_TYPES = {
    "road-dust": "城管局",
    "muck-truck": "城管局",
    "bare-ground": "自然资源局",
    "coal-sale": "市场监管局",
    "boiler": "市场监管局",
    "gas-station": "商务局",
    "diesel": "交警大队",
    "spraying": "交通运输局",
}


def load(district: Grid) -> None:
    """Create what is missing; what the district has edited stays."""
    Policy.objects.get_or_create(district=district, defaults={"look_back_after_days": [30, 90]})
    clocks = [Clock(district=district, name=step, figure=figure, unit=unit) for step, (figure, unit) in DEFAULT_CLOCKS.items()]
    Clock.objects.bulk_create(clocks, ignore_conflicts=True)
    rules = [ReminderRule(district=district, position=position, **dict(zip(RUNG, rung, strict=True))) for position, rung in enumerate(LADDER)]
    ReminderRule.objects.bulk_create(rules, ignore_conflicts=True)
    load_routing(district)


def load_routing(district: Grid) -> None:
    """Each field's lead department is its sector party; some types belong to another one (domain 1.3)."""
    if RoutingRule.objects.filter(district=district).exists():
        return
    units = {unit.short_name: unit for unit in Organisation.objects.filter(district=district)}
    for field in Field.objects.filter(district=district).select_related("headquarters__lead_unit"):
        lead = units.get(OF_FIELDS.get(field.code, "")) or (field.headquarters.lead_unit if field.headquarters else None)
        if lead is not None:
            RoutingRule.objects.create(district=district, field=field, organisation=lead, role=TaskRole.SECTOR)
    for problem_type in ProblemType.objects.filter(district=district, code__in=OF_TYPES).select_related("field"):
        if unit := units.get(OF_TYPES[problem_type.code]):
            RoutingRule.objects.create(
                district=district, field=problem_type.field, problem_type=problem_type, organisation=unit, role=TaskRole.SECTOR
            )
