"""What a new district begins with: clocks by kind (domain 5.1, 9.3, 9.4), limits of dust monitors (9.4), two types of problems."""

# ruff: noqa: E501 - a table reads best with its rows on one line
from alarms.models import AlarmRule, DustLimit, MonitorRule
from alarms.words import AlarmKind
from grids.models import Field, Grid
from inspections.models import ProblemType
from inspections.words import Kind, Risk, Severity
from worktime.models import Unit

# fmt: off
RULE = (
    "kind", "judge_minutes", "answer_minutes", "accept_minutes", "arrive_minutes", "control_minutes", "report_minutes", "merge_metres", "merge_minutes",
)
RULES = (
    # the columns above, problem type
    (AlarmKind.FIRE, 3, 3, 5, 15, 30, 120, 500, 30, "straw-fire"),
    (AlarmKind.STATION, 0, 3, 10, 30, 60, 1440, 0, 180, "station-anomaly"),
    (AlarmKind.DUST, 0, 3, 5, 30, 120, 120, 0, 60, "dust-monitor"),
    (AlarmKind.FAULT, 30, 3, 60, 120, 240, 1440, 0, 180, ""),
    (AlarmKind.OFFLINE, 30, 3, 60, 120, 240, 1440, 0, 180, "monitor-offline"),
)
LIMIT = ("code", "name", "basis", "measure", "figure", "above_background", "minutes", "allowed_per_day", "is_default")
LIMITS = (
    # the columns above; the figure in µg/m³
    ("hebei", "河北：PM10小时值扣除区县背景值", "DB13/2934-2019", "pm10", 80, True, 60, 2, True),
    ("liaoning-urban", "辽宁：城市建成区TSP五分钟均值", "DB21/2642-2016", "tsp", 800, False, 5, 0, False),
    ("liaoning-other", "辽宁：其他区域TSP五分钟均值", "DB21/2642-2016", "tsp", 1000, False, 5, 0, False),
    ("shaanxi-earthwork", "陕西：拆除、土方阶段TSP小时值", "DB61/1078-2017", "tsp", 800, False, 60, 0, False),
    ("shaanxi-other", "陕西：其他阶段TSP小时值", "DB61/1078-2017", "tsp", 700, False, 60, 0, False),
    ("shanghai", "上海：PM10十五分钟均值（限值待填）", "DB31/964-2016", "pm10", None, False, 15, 1, False),
)
TYPES = (
    # code, name, icon, severity, kind, accept, arrive, finish, minute clock, filing, closing, basis
    ("dust-monitor", "工地扬尘在线监测超标", "site", Severity.GENERAL, Kind.IMMEDIATE, (5, Unit.MINUTES), (30, Unit.MINUTES), (2, Unit.HOURS), True, "在线监测数据超过限值", "已采取措施，数据回落到限值以内", "5分钟通知、30分钟到场、2小时处置"),
    ("monitor-offline", "在线监测设备离线", "offline", Severity.GENERAL, Kind.LIMITED, (4, Unit.DUTY_HOURS), None, (24, Unit.HOURS), False, "设备离线超过2小时", "设备恢复在线并说明原因", "离线2小时为问题，24小时为严重"),
)
# fmt: on


def load(district: Grid) -> None:
    """What this district does not have yet; what it has edited stays."""
    _load_types(district)
    types = {each.code: each for each in ProblemType.objects.filter(district=district)}
    rules = [AlarmRule(district=district, problem_type=types.get(code), **dict(zip(RULE, row, strict=True))) for *row, code in RULES]
    AlarmRule.objects.bulk_create(rules, ignore_conflicts=True)
    limits = [DustLimit(district=district, **dict(zip(LIMIT, row, strict=True))) for row in LIMITS]
    DustLimit.objects.bulk_create(limits, ignore_conflicts=True)
    MonitorRule.objects.get_or_create(district=district)


def _load_types(district: Grid) -> None:
    field = Field.objects.filter(district=district, code="dust").first()
    types = [_made(district, field, position, *row) for position, row in enumerate(TYPES if field else (), 100)]
    ProblemType.objects.bulk_create(types, ignore_conflicts=True)


def _made(
    district,
    field,
    position: int,
    code: str,
    name: str,
    icon: str,
    severity,
    kind,
    accept,
    arrive,
    finish,
    is_minute_clock: bool,
    filing,
    closing,
    basis,
) -> ProblemType:
    return ProblemType(
        district=district, code=code, name=name, field=field, icon=icon, severity=severity, risk=Risk.MEDIUM, kind=kind, basis=basis,
        accept_figure=accept[0], accept_unit=accept[1], finish_figure=finish[0], finish_unit=finish[1],
        arrive_figure=arrive[0] if arrive else None, arrive_unit=arrive[1] if arrive else "",
        filing_condition=filing, closing_condition=closing, position=position, is_minute_clock=is_minute_clock, may_extend=False,
    )  # fmt: skip


def rule_of(district_id: int, kind: str) -> AlarmRule:
    """The rule in force; a district from before alarms were there is given the defaults now."""
    found = AlarmRule.objects.filter(district_id=district_id, kind=kind).first()
    if found is None:
        load(Grid.objects.get(pk=district_id))
        found = AlarmRule.objects.get(district_id=district_id, kind=kind)
    return found


def monitor_rule_of(district_id: int) -> MonitorRule:
    return MonitorRule.objects.filter(district_id=district_id).first() or MonitorRule(district_id=district_id)
