"""The schemes of domain 6.2, loaded once per district as editable data."""

from django.db import transaction
from django.utils.translation import gettext as _

from scorecards.models import Scheme, SchemeLine
from scorecards.words import Kind, Part

BEGINNING = "2000-01"
"""In force from before any month, so that months before the set-up can be marked too."""
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
    (Part.INFORMATION, "open_overdue", {}),
    (Part.INFORMATION, "suspended", {}),
]
RATES: list[tuple[Part, str, dict]] = [(Part.INFORMATION, code, {}) for code in ("closing_rate", "rework_rate", "extension_rate", "rebound_rate")]
LINES = {
    Kind.TOWNSHIP: [
        (Part.A, "air_quality", {"full": 4000}),
        *HANDLING,
        *FOUND_ON_GROUND,
        (Part.C, "patrol_completion", {"full": 500}),
        (Part.C, "checks_on_time", {"full": 400}),
        (Part.C, "valid_reports", {"full": 300}),
        (Part.C, "training", {"full": 300}),
        *REPORTING,
        *BESIDE,
        (Part.INFORMATION, "on_time_rate", {}),
        *RATES,
        (Part.INFORMATION, "self_find_rate", {}),
    ],
    Kind.DEPARTMENT: [
        (Part.A, "own_field_on_time", {"full": 4000}),
        *HANDLING,
        (Part.C, "field_inspection", {"full": 1500}),
        *REPORTING,
        *BESIDE,
        (Part.INFORMATION, "other_field_on_time", {}),
        *RATES,
    ],
}


@transaction.atomic
def load(district) -> list[Scheme]:
    """The first version for each kind that has none yet."""
    known = set(Scheme.objects.filter(district=district).values_list("kind", flat=True))
    names = {Kind.TOWNSHIP: _("乡办月度督导考核方案"), Kind.DEPARTMENT: _("部门月度督导考核方案")}
    return [_load(district, kind=kind, name=name) for kind, name in names.items() if kind not in known]


def _load(district, *, kind: Kind, name: str) -> Scheme:
    scheme = Scheme.objects.create(district=district, kind=kind, version=1, name=name, in_force_from=BEGINNING)
    lines = [
        SchemeLine(scheme=scheme, part=part, indicator=code, position=position, **figures)
        for position, (part, code, figures) in enumerate(LINES[kind], 1)
    ]
    SchemeLine.objects.bulk_create(lines)
    return scheme
