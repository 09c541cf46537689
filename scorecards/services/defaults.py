"""The schemes of domain 6.2, loaded once per district as editable data."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.services import record
from scorecards.models import Scheme, SchemeLine
from scorecards.services.settling import hold
from scorecards.words import Kind, Part

BEGINNING = "2000-01"
"""In force from before any month, so that months before the set-up can be marked too."""
AIR = [
    (Part.A, "air_pm25_target", {"full": 2400, "slope": 60}),
    (Part.A, "air_pm10_target", {"full": 1600, "slope": 40}),
]
"""Against the unit's own target, PM2.5 and PM10 weighted 60 to 40 (domain 6.1 B); at 40 % above the target, without improvement, nothing is left."""
HANDLING = [
    (Part.B, "handling_start", {"full": 3500}),
    (Part.B, "found_state", {"per_event": 200}),
    (Part.B, "found_city", {"per_event": 100}),
    (Part.B, "found_supervision", {"per_event": 50}),
    (Part.B, "overdue", {"per_event": 50, "cap_per_item": 300}),
    (Part.B, "rework", {"per_event": 30}),
    (Part.B, "rebound", {"per_event": 200}),
    (Part.B, "false_fix", {"per_event": 500}),
]
FOUND_ON_GROUND = [
    (Part.B, "missed", {"per_event": 50}),
    (Part.B, "scattered_found", {"per_event": 300}),
    (Part.B, "fire_found", {"per_event": 100}),
]
REPORTING = [
    (Part.D, "late_sign", {"full": 500, "per_event": 50}),
    (Part.D, "reconcile", {"full": 500}),
    (Part.D, "late_report", {"per_event": 50}),
    (Part.D, "wrong_data", {"per_event": 50}),
]
BESIDE = [
    (Part.BONUS, "self_found_serious", {"per_event": 50, "cap": 200}),
    (Part.BONUS, "innovation", {}),
    (Part.BONUS, "praise", {}),
    (Part.INFORMATION, "open_overdue", {}),
    (Part.INFORMATION, "suspended", {}),
]


def _beside(*codes: str) -> list[tuple[Part, str, dict]]:
    """Lines for information."""
    return [(Part.INFORMATION, code, {}) for code in codes]


HANDLED = ("on_time_closing", "on_time_closing_all", "handling_rate", "on_time_handling", "overdue_pending", "dispatch_accuracy")
RATES = _beside("closing_rate", "rework_rate", "extension_rate", "rebound_rate")
LINES = {
    Kind.TOWNSHIP: [
        *AIR,
        *HANDLING,
        *FOUND_ON_GROUND,
        (Part.C, "patrol_completion", {"full": 500}),
        (Part.C, "checks_on_time", {"full": 400}),
        (Part.C, "valid_reports", {"full": 300}),
        (Part.C, "training", {"full": 300}),
        *REPORTING,
        *BESIDE,
        *_beside("on_time_rate"),
        *RATES,
        *_beside("self_find_rate", "miss_rate", "filing_rate", *HANDLED, "coverage", "pass_rate"),
        *_beside("air_good_ratio_target", "air_composite_target"),
    ],
    Kind.DEPARTMENT: [
        (Part.A, "own_field_on_time", {"full": 4000}),
        *HANDLING,
        (Part.C, "field_inspection", {"full": 1500}),
        *REPORTING,
        *BESIDE,
        *_beside("other_field_on_time"),
        *RATES,
        *_beside(*HANDLED),
    ],
    Kind.HEADQUARTERS: [
        (Part.A, "field_on_time", {"full": 4000}),
        (Part.B, "field_rebound", {"full": 2000, "per_event": 200}),
        (Part.C, "field_checks", {"full": 2000}),
        (Part.D, "field_requests", {"full": 2000}),
        *_beside("open_overdue", "suspended", "closing_rate", "rework_rate", "extension_rate", *HANDLED),
    ],
    Kind.GRID: [
        (Part.A, "self_find_rate", {"full": 4000}),
        (Part.B, "found_here", {"full": 2000, "per_event": 200}),
        (Part.C, "patrol_completion", {"full": 1500}),
        (Part.C, "coverage", {"full": 1000}),
        (Part.D, "training", {"full": 1500}),
        *_beside("miss_rate", "filing_rate", "pass_rate"),
    ],
}
FEWEST = {Kind.GRID: 10}
"""Grids with fewer judged rows are not ranked."""
NAMES = {
    Kind.TOWNSHIP: _("乡办月度督导考核方案"),
    Kind.DEPARTMENT: _("部门月度督导考核方案"),
    Kind.HEADQUARTERS: _("专项指挥部月度督导考核方案"),
    Kind.GRID: _("网格月度工作评价方案"),
}


@transaction.atomic
def load(district, *, by=None) -> list[Scheme]:
    """The first version for each kind that has none yet."""
    hold(district.pk)
    known = set(Scheme.objects.filter(district=district).values_list("kind", flat=True))
    made = [_load(district, kind=kind) for kind in LINES if kind not in known]
    for scheme in made:
        record("scheme.load", scheme, by=by, district_id=district.pk, payload={"kind": scheme.kind, "version": scheme.version})
    return made


def _load(district, *, kind: Kind) -> Scheme:
    scheme = Scheme.objects.create(
        district=district, kind=kind, version=1, name=str(NAMES[kind]), in_force_from=BEGINNING, fewest=FEWEST.get(kind, 0)
    )
    SchemeLine.objects.bulk_create(lines_of(scheme, LINES[kind]))
    return scheme


def lines_of(scheme: Scheme, described: list[tuple[Part, str, dict]]) -> list[SchemeLine]:
    return [
        SchemeLine(scheme=scheme, part=part, indicator=code, position=place, **figures) for place, (part, code, figures) in enumerate(described, 1)
    ]
