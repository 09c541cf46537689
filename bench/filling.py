"""A ledger of any length, spread as in life, by COPY: old rows mostly closed, recent ones in every state, two parties each, events and photos.

Findings are written by Python, because their search text is made there; what hangs on them is worked out by PostgreSQL. Triggers and foreign keys
sleep meanwhile and the big tables' secondary indexes are built at the end.
"""

import datetime as dt
import io
import random
import uuid
from contextlib import contextmanager

from django.db import connection, transaction

from airduty.demo import geography, texts
from common import bigrams, clock
from inspections.models import ProblemType

TABLES = (
    "inspections_finding", "inspections_findingevent", "inspections_findingphoto", "evidence_photo", "rectification_task", "rectification_taskevent",
    "notices_notice",
)  # fmt: skip
CHUNK = 20_000
SOURCES = (["grid_patrol"] * 66 + ["district_supervision"] * 10 + ["department"] * 8 + ["complaint"] * 6 + ["self_check"] * 5 + ["headquarters"] * 3
           + ["city_inspection", "provincial_inspection"])  # fmt: skip
OLD = ["struck_off"] * 80 + ["looked_back"] * 12 + ["rejected"] * 5 + ["merged"] * 2 + ["assigned"]
NEW = ["assigned"] * 46 + ["struck_off"] * 28 + ["rectified"] * 8 + ["registered"] * 8 + ["reported"] * 6 + ["rejected"] * 3 + ["stopped_pending"]
DAY = dt.timedelta(days=1)
COLUMNS = (
    "uuid", "district_id", "number", "grid_id", "grid_path", "field_id", "problem_type_id", "source", "superior_number", "kind", "severity", "risk", "text",
    "address", "lon", "lat", "accuracy", "captured_at", "saved_at", "received_at", "device_id", "reporter_id", "payload_sha256", "flags",
    "checklist", "outcome", "is_sealed",
    "state", "version", "step_due_at", "due_at", "registered_at", "assigned_at", "rectified_at", "struck_off_at", "ended_at", "search_text",
)  # fmt: skip
NUMBERED = {"registered", "assigned", "stopped_pending", "rectified", "struck_off", "looked_back"}


def fill(place, count: int, *, start: dt.datetime, end: dt.datetime, seed: int = 7, fresh_share: float = 0.02, prefix: str = "2024") -> None:
    """``count`` findings received between ``start`` and ``end``; the last ``fresh_share`` of them are still at work."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off; SET LOCAL maintenance_work_mem = '400MB'")
        cursor.execute("SELECT coalesce(max(id), 0) FROM inspections_finding")
        first = cursor.fetchone()[0] + 1
        with indexes_afterwards(cursor, worthwhile=count > 50_000):
            for lines in chunks(place, count, start=start, end=end, rng=random.Random(seed), fresh_share=fresh_share, prefix=prefix):
                cursor.copy_expert(f"COPY inspections_finding ({', '.join(COLUMNS)}) FROM STDIN", lines)
            for statement in FOLLOWING:
                cursor.execute(statement, {"first": first})
    with connection.cursor() as cursor:
        connection.set_autocommit(True)
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


@contextmanager
def indexes_afterwards(cursor, *, worthwhile: bool):
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef NOT LIKE 'CREATE UNIQUE%%'", [list(TABLES)])
    found = cursor.fetchall() if worthwhile else []
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in found:
        cursor.execute(definition)


def chunks(place, count, *, start, end, rng, fresh_share, prefix):
    makers = [Maker(place, each, rng) for each in ProblemType.objects.filter(district=place.district, code__in=texts.FOUND).select_related("field")]
    weights = [3 if maker.code in ("site-six", "bare-ground", "road-dust", "muck-truck") else 1 for maker in makers]
    step, lines = (end - start) / count, []
    for n in range(count):
        maker = rng.choices(makers, weights)[0]
        state = rng.choice(NEW if n >= count * (1 - fresh_share) else OLD)
        lines.append(maker.line(f"{prefix}-{n + 1:07d}", state, start + step * n))
        if len(lines) == CHUNK or n + 1 == count:
            yield io.StringIO("".join(lines))
            lines = []


class Maker:
    """Rows of one problem type. Words and their search tokens are made once and dealt out."""

    def __init__(self, place, problem_type, rng: random.Random):
        self.place, self.type, self.rng, self.code = place, problem_type, rng, problem_type.code
        self.cards = [self._card() for _n in range(250)]

    def _card(self) -> tuple:
        grid = self.rng.choice(self.place.villages)
        text, address = texts.finding(self.rng, self.code), texts.address(self.rng, grid.name)
        words = " ".join((text, address, self.type.name, self.type.field.name, grid.name))
        lon, lat = geography.point_in(self.rng, grid.polygon)
        reporter = self.rng.choice(self.place.reporters[grid.pk]) if grid.pk in self.place.reporters else None
        return grid, text, address, lon, lat, reporter.pk if reporter else None, " ".join(bigrams.tokens(words))

    def line(self, number: str, state: str, received: dt.datetime) -> str:
        rng = self.rng
        grid, text, address, lon, lat, reporter, tokens = rng.choice(self.cards)
        received = received.replace(microsecond=0)
        numbered = state in NUMBERED
        at = {"registered_at": received + dt.timedelta(hours=3) if numbered else None}
        at["assigned_at"] = received + dt.timedelta(hours=5) if numbered and state != "registered" else None
        done = state in ("rectified", "struck_off", "looked_back")
        at["rectified_at"] = received + DAY * rng.randint(1, 6) if done else None
        at["struck_off_at"] = at["rectified_at"] + DAY if state in ("struck_off", "looked_back") else None
        at["ended_at"] = received + dt.timedelta(hours=4) if state in ("rejected", "merged") else None
        due = received + DAY * rng.randint(2, 9) if state == "assigned" else None
        step = received + dt.timedelta(hours=8) if state in ("reported", "registered", "rectified") else None
        kind = self.type
        values = (
            uuid.UUID(int=rng.getrandbits(128), version=4), self.place.district.pk, number if numbered else None, grid.pk, grid.path, kind.field_id, kind.pk,
            rng.choice(SOURCES), "", kind.kind, kind.severity, kind.risk, text, address, lon + rng.uniform(-0.002, 0.002), lat + rng.uniform(-0.002, 0.002),
            8.0, received, received, received, "bench", reporter, "", "[]", "{}", "", "f", state, 4 if numbered else 1, step, due, at["registered_at"],
            at["assigned_at"], at["rectified_at"], at["struck_off_at"], at["ended_at"], f"{tokens} {number.replace('-', ' ')}",
        )  # fmt: skip
        return "\t".join("\\N" if value is None else str(value) for value in values) + "\n"


PARTIES = """
WITH duty AS (
  SELECT f.id, f.district_id, f.kind, f.assigned_at, f.rectified_at, {organisation} AS organisation_id,
    coalesce(f.due_at, f.received_at + interval '3 days' + (f.id %% 4) * interval '1 day') AS due,
    CASE WHEN f.state IN ('rectified', 'struck_off', 'looked_back', 'stopped_pending') THEN 'passed'
      ELSE (ARRAY['assigned', 'accepted', 'accepted', 'fed_back', 'accepted', 'returned', 'assigned'])[(f.id + {shift}) %% 7 + 1] END AS state
  FROM inspections_finding f {join} WHERE f.id >= %(first)s AND f.assigned_at IS NOT NULL
), dated AS (
  SELECT *, CASE WHEN state IN ('passed', 'fed_back') THEN coalesce(rectified_at - interval '6 hours', assigned_at + interval '1 day') END AS fed FROM duty
  WHERE organisation_id IS NOT NULL
)
INSERT INTO rectification_task (finding_id, district_id, role, organisation_id, must_feed_back, kind, measure, state, version, assigned_at, accept_due_at,
  accepted_at, due_at, original_due_at, due_steps, due_rule, fed_back_at, conclusion, verify_due_at, passed_at, late_since, returns, extensions)
SELECT id, district_id, '{role}', organisation_id, true, kind, '', state, CASE state WHEN 'assigned' THEN 1 WHEN 'accepted' THEN 2 ELSE 4 END, assigned_at,
  assigned_at + interval '8 hours', CASE WHEN state <> 'assigned' THEN assigned_at + interval '4 hours' END, due, due, '[]', '3 working_days',
  fed, CASE WHEN fed IS NULL THEN '' ELSE 'rectified' END, CASE WHEN state = 'fed_back' THEN fed + interval '3 days' END,
  CASE WHEN state = 'passed' THEN coalesce(rectified_at, fed + interval '1 hour') END, CASE WHEN coalesce(fed, now()) > due THEN due END,
  (id %% 11 = 0)::int, (id %% 17 = 0)::int
FROM dated
"""
FINDING_EVENT = """
INSERT INTO inspections_findingevent (finding_id, action, from_state, to_state, version, by_name, part, note, details, at)
SELECT id, '{action}', '{source}', '{target}', {version}, '测试员', '{part}', '', '{{}}', {at} FROM inspections_finding WHERE id >= %(first)s AND {at} IS NOT NULL
"""
TASK_EVENT = """
INSERT INTO rectification_taskevent (task_id, action, from_state, to_state, version, by_name, part, note, details, check_due_at, at)
SELECT id, '{action}', '{source}', '{target}', {version}, '测试员', '{part}', '{note}', {details}, {limit}, {at}
FROM rectification_task WHERE finding_id >= %(first)s AND {at} IS NOT NULL
"""
LIMIT = {"details": "jsonb_build_object('verify_due_at', fed_back_at + interval '3 days')", "limit": "fed_back_at + interval '3 days'"}
"""Feedbacks and verdicts note by when the check was due."""
PHOTOS = """
INSERT INTO evidence_photo (sha256, size, mime, width, height, stated_model, received_at, caption, rendered_at, render_error, render_attempts)
SELECT encode(sha256(id::text::bytea), 'hex'), 120000, 'image/jpeg', 1600, 1200, '', received_at, '', received_at, '', 1
FROM inspections_finding WHERE id >= %(first)s
"""
FINDING_PHOTOS = """
INSERT INTO inspections_findingphoto (finding_id, sha256, size, photo_id, position, announced_at)
SELECT f.id, p.sha256, p.size, p.id, 0, f.received_at FROM inspections_finding f JOIN evidence_photo p ON p.sha256 = encode(sha256(f.id::text::bytea), 'hex')
WHERE f.id >= %(first)s
"""
NOTICES = """
INSERT INTO notices_notice (dedup_key, kind, district_id, channel, recipient_id, title, body, url, subject_type, subject_id, urgent, not_before, state,
  attempts, claimed_by, last_error, provider_message_id, outcome, created_at, sent_at, opened_at)
SELECT 'bench:' || t.id || ':u' || m.user_id, 'task.assigned', t.district_id, 'inbox', m.user_id, '交办', '', '/', 'rectification.Task', t.id::text, false,
  t.assigned_at, 'sent', 1, '', '', '', '', t.assigned_at, t.assigned_at, CASE WHEN t.state = 'passed' OR t.id %% 20 <> 0 THEN t.assigned_at END
FROM rectification_task t JOIN grids_membership m ON m.organisation_id = t.organisation_id WHERE t.finding_id >= %(first)s
"""
GROUND = "JOIN grids_grid g ON g.id = f.grid_id"
LEAD = """JOIN grids_field d ON d.id = f.field_id JOIN grids_headquarters h ON h.id = d.headquarters_id
  JOIN grids_organisation o ON o.id = h.lead_unit_id AND o.kind = 'department'"""
FOLLOWING = [
    PARTIES.format(role="territorial", organisation="g.organisation_id", shift=0, join=GROUND),
    PARTIES.format(role="sector", organisation="o.id", shift=3, join=LEAD),
    FINDING_EVENT.format(action="submit", source="", target="reported", version=0, part="", at="received_at"),
    FINDING_EVENT.format(action="register", source="reported", target="registered", version=1, part="office", at="registered_at"),
    FINDING_EVENT.format(action="assign", source="registered", target="assigned", version=2, part="office", at="assigned_at"),
    FINDING_EVENT.format(action="rectify", source="assigned", target="rectified", version=3, part="system", at="rectified_at"),
    FINDING_EVENT.format(action="strike_off", source="rectified", target="struck_off", version=4, part="director", at="struck_off_at"),
    TASK_EVENT.format(
        action="accept",
        source="assigned",
        target="accepted",
        version=1,
        part="party",
        note="",
        details="'{}'",
        limit="NULL::timestamptz",
        at="accepted_at",
    ),
    TASK_EVENT.format(action="feedback", source="accepted", target="fed_back", version=2, part="party", note="已全部覆盖", at="fed_back_at", **LIMIT),
    TASK_EVENT.format(action="pass", source="fed_back", target="passed", version=3, part="office", note="", at="passed_at", **LIMIT),
    PHOTOS,
    FINDING_PHOTOS,
    NOTICES,
]


def span(months: int = 24) -> tuple[dt.datetime, dt.datetime]:
    """From so many months ago to now."""
    now = clock.now()
    return now - dt.timedelta(days=30 * months), now
