"""Two townships, two departments and a second district, with a token of its own in every text of each; one person for each role."""

import datetime as dt
import io
import uuid

import evidence.services
from accounts import devices
from airquality.models import AirTarget, Anomaly, AnomalyRule, CompositeIndexRule, DutyTurn, OwnSource, PlanPaper, StandingMeasure
from airquality.services import exclusions, rules
from airquality.watch import keeping
from alarms.services import defaults as alarm_rules
from alarms.services import rosters
from common import clock
from evidence.models import Photo
from grids.services import training
from inspections.models import FindingPhoto, HeldSubmission, SavedView
from inspections.services.submit import submit
from notices.models import State
from rectification.models import TaskPhoto
from rectification.services import advance
from registers.models import SitePaper
from scorecards import services as scorecards
from scorecards.models import Adjustment, Appeal, ListMatch, MatchRow, Scheme, ScoreLine, ScoreRow
from scorecards.services import posting, reconcile_clock, reconciling
from scorecards.words import SheetKind
from tests.factories.accounts import UserFactory
from tests.factories.airquality import DailyValueFactory, ReadingFactory, StationFactory
from tests.factories.alarms import SourceFactory, alarm_of
from tests.factories.districts import made_district
from tests.factories.evidence import photo_bytes, sha256_of
from tests.factories.grids import centre
from tests.factories.notices import NoticeFactory, RobotFactory
from tests.factories.registers import SiteFactory, SitePostFactory
from tests.factories.sheets import JobFactory
from tests.factories.training import CourseFactory, QuestionFactory
from tests.matrix import table_emergency

MONTH = "2026-10"
NEAR, FAR, SEALED, FOREIGN = "QXNEAR", "QXFAR", "QXSEALED", "QXFOREIGN"
"""Tokens: township A and housing · township B and ecology · a covert visit · the other district."""
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
REPORTER = "QXREPORTER"
ROLES = (
    *("visitor", "member", "chief", "town", "town_manager", "other_town", "dept", "dept_manager", "other_dept", "hq_staff"),
    *("commander", "other_commander", "office", "director", "supervision", "leader", "auditor", "sysadmin", "foreign"),
)


class World:
    """Everything that an address can name. ``people`` by role, ``near``, ``far``, ``sealed``, ``abroad`` findings."""

    def __init__(self):
        self.district, self.elsewhere = made_district(), made_district()
        self.people = _people(self.district) | {"foreign": UserFactory(office_staff=self.elsewhere)}
        everybody = self.people
        self.reporter = UserFactory(name=REPORTER, phone="19900001111", member=self.district.villages[0])
        self.near = self._case(self.reporter, "town", "dept", village=0, code="site-six", token=NEAR)
        far_reporter = UserFactory(member=self.district.villages[2])
        self.far = self._case(far_reporter, "other_town", "other_dept", village=2, code="catering-none", token=FAR)
        self.sealed = _report(self.district, everybody["supervision"], 0, "site-six", SEALED, source="covert_visit")
        self.abroad = _report(self.elsewhere, UserFactory(member=self.elsewhere.villages[0]), 0, "site-six", FOREIGN)
        self.task = self.near.tasks.get(role="territorial")
        self._things()

    def _case(self, reporter, town: str, dept: str, *, village: int, code: str, token: str):
        """A finding with a photo, assigned to a township and a department; the township has fed back with a photo."""
        people = self.people
        found = _report(self.district, reporter, village, code, token)
        FindingPhoto.objects.create(
            finding=found, photo=(photo := _photo(reporter)), sha256=photo.sha256, size=photo.size, position=0, announced_at=clock.now()
        )
        found = advance(found, "register", by=people["office"], version=found.version, not_same=True)
        parties = [
            {"organisation": people[town].memberships.get().organisation, "role": "territorial"},
            {"organisation": people[dept].memberships.get().organisation, "role": "sector"},
        ]
        found = advance(found, "assign", by=people["office"], version=found.version, assignees=parties)
        task = advance(found.tasks.get(role="territorial"), "accept", by=people[town])
        TaskPhoto.objects.create(task=task, photo=_photo(people[town]), uploaded_by=people[town])
        advance(task, "feedback", by=people[town], note=f"已覆盖{token}", conclusion="rectified")
        found.refresh_from_db()
        return found

    def _things(self) -> None:
        office = self.people["office"]
        self.held = HeldSubmission.objects.create(
            uuid=uuid.uuid4(),
            author=self.people["member"],
            payload={"text": NEAR},
            payload_sha256="0" * 64,
            errors={"text": ["?"]},
            received_at=clock.now(),
        )
        self.view = SavedView.objects.create(user=office, page="ledger", name="视图", query="state=assigned")
        self.job = JobFactory(requested_by=office, district_id=self.district.pk)
        self.notice = NoticeFactory(recipient=office, state=State.SENT, title=f"站内{NEAR}")
        self.robot = RobotFactory(district_id=self.district.pk, url="https://127.0.0.1/", name="东村工作群")
        RobotFactory(district_id=self.elsewhere.pk, url="https://127.0.0.1/", name=f"群{FOREIGN}")
        self.post = self.people["member"].posts.get()
        self.membership = self.people["town"].memberships.get()
        self.handover = self.membership.handovers.create(
            substitute=self.people["town_manager"], reason="休假", starts_on=clock.today(), ends_on=clock.today()
        )
        self.question = QuestionFactory(field=self.district.dust, text="围挡多高？")
        self.course = CourseFactory(district=self.district, field=self.district.dust, name="扬尘培训")
        self.paper = training.begin_test(self.course, by=self.people["member"])
        self._sites()
        self._reconciling()
        self.task_photo = TaskPhoto.objects.get(task=self.task)
        self.scheme = Scheme.objects.filter(district=self.district).first()
        scorecards.build(MONTH, district=self.district)
        posting.post(self.district, now=clock.now())
        self._month()
        self._air()
        self._alarms()
        self.emergency = table_emergency.made(self)

    def _air(self) -> None:
        """A station with an hour and a day, a rule, a target, a day that does not count, a key; and a station of the other district."""
        district, office = self.district, self.people["office"]
        self.station = StationFactory(district=district, name="东村站")
        StationFactory(district=self.elsewhere, name=f"站{FOREIGN}")
        ReadingFactory(station=self.station)
        DailyValueFactory(station=self.station)
        rules.load(district)
        self.air_rule = CompositeIndexRule.objects.get(district=district)
        self.air_target = AirTarget.objects.create(district=district, grid=district, year=clock.today().year, pm25=35)
        self.air_day = exclusions.exclude(district, clock.today() - dt.timedelta(days=3), reason="sand_dust", approval="剔除通知", by=office)
        self.device, _key = devices.issue(district.pk, "市站数据平台", by=office)
        self._watch()

    def _alarms(self) -> None:
        """A camera of the first village whose alarm waits to be judged, a turn of township A, a camera of the other district with an alarm."""
        for district in (self.district, self.elsewhere):
            alarm_rules.load(district)
        self.alarm = alarm_of(SourceFactory(district=self.district))
        alarm_of(SourceFactory(district=self.elsewhere, name=f"摄像头{FOREIGN}"), text=f"有烟{FOREIGN}")
        rosters.plan(
            self.district.town_a.organisation, first=clock.today(), last=clock.today() + dt.timedelta(days=1), shift="whole",
            person=self.people["member"], by=self.people["office"],
        )  # fmt: skip
        self.shift = self.district.town_a.organisation.duty_shifts.latest("starts_at")

    def _watch(self) -> None:
        """Of the station an anomaly, a rule, a paper, a measure, a source, a turn of duty."""
        station, office = self.station, self.people["office"]
        keeping.load(self.district)
        facts = {
            "district": self.district,
            "pollutant": "pm25",
            "rule": "R2",
            "level": "yellow",
            "hour": clock.now().replace(minute=0, second=0, microsecond=0),
        }
        numbers = {"value": "90", "before": "20", "rise": "70", "rise_share": "350", "limit": "30"}
        self.anomaly = Anomaly.objects.create(station=station, numbers=numbers, words="突然升高", found_at=clock.now(), **facts)
        file = evidence.services.store_file(io.BytesIO(PAPER), name="方案.pdf", by=office)
        self.watched = {
            "watch_rule": AnomalyRule.objects.get(district=self.district, code="R1"),
            "plan_paper": PlanPaper.objects.create(station=station, number=1, title="方案", file=file, by=office, at=clock.now()),
            "measure": StandingMeasure.objects.create(station=station, zone="core", kind="patrol", text="每两小时巡查"),
            "source": OwnSource.objects.create(station=station, name="早市", kind="摊点", lon=station.lon, lat=station.lat),
            "swap_turn": DutyTurn.objects.create(station=station, day=clock.today(), shift="day", person=office),
        }

    def _month(self) -> None:
        """Two marks of township A, one under appeal to the leading group, and an entry that waits for a signature; both with a paper."""
        town, office = self.district.town_a.organisation, self.people["office"]
        line = ScoreLine.objects.get(scorecard__organisation=town, scorecard__month=MONTH, indicator="found_supervision")
        facts = {"scorecard": line.scorecard, "line": line, "finding": self.near, "amount": -50, "reason": "found", "source": "district_supervision"}
        row, self.mark = (ScoreRow.objects.create(**facts, event_key=f"found:{n}") for n in (self.near.pk, 0))
        file = evidence.services.store_file(io.BytesIO(PAPER), name="说明.pdf", by=self.people["town"])
        self.appeal = Appeal.objects.create(
            district=self.district, scorecard=line.scorecard, indicator=line.indicator, event_key=row.event_key, finding=self.near, amount=-50,
            grounds=f"不属实{NEAR}", decider="leading_group", filed_by=self.people["town"], filed_at=clock.now(),
        )  # fmt: skip
        self.appeal.evidence.add(file)
        self.entry = Adjustment.objects.create(
            district=self.district, organisation=town, month=MONTH, kind="praise", amount=200, reason=f"表扬{NEAR}", evidence=file, proposed_by=office,
            proposed_at=clock.now(),
        )  # fmt: skip

    def _reconciling(self) -> None:
        """The week's sheets, of which township A disputes a row with a paper; a list from above with one row that is not on the ledger."""
        now, week, town = clock.now(), dt.timedelta(days=7), self.people["town"]
        period = reconcile_clock.Period(SheetKind.WEEKLY, "2026-W44", now - week, now, now + week)
        sheets = {sheet.organisation_id: sheet for sheet in reconcile_clock.open_period(period, district=self.district, now=now)}
        self.sheet = sheets[town.memberships.get().organisation_id]
        file = evidence.services.store_file(io.BytesIO(PAPER), name="移交函.pdf", by=town)
        words = {"what": "not_ours", "reason": f"已移交{NEAR}", "evidence": file}
        self.dispute = reconciling.dispute(self.sheet, f"t{self.task.pk}", by=town, **words)
        head = {"district": self.district, "name": f"清单{NEAR}", "source": "city_inspection", "matched_at": now}
        listed = ListMatch.objects.create(**head, file=file, uploaded_by=self.people["office"], uploaded_at=now)
        self.listed = MatchRow.objects.create(list_match=listed, number=4, text=f"裸土{NEAR}", result="missing_here")

    def _sites(self) -> None:
        """A building site of township A and housing with a post and a paper, a restaurant of township B and ecology, one of the other district."""
        rows = ((self.district, "construction", 0, "housing", NEAR), (self.district, "catering", 2, "ecology", FAR))
        made = [_site(*row) for row in (*rows, (self.elsewhere, "construction", 0, "housing", FOREIGN))]
        self.site = made[0]
        self.site_post = SitePostFactory(site=self.site, name=f"示例{NEAR}")
        paper = io.BytesIO(PAPER)
        file = evidence.services.store_file(paper, name="方案.pdf", by=self.people["office"])
        self.site_paper = SitePaper.objects.create(site=self.site, file=file, title=f"方案{NEAR}", by=self.people["office"], at=clock.now())

    def user(self, role: str):
        """Afresh, because rights are kept on the object; None for a visitor."""
        return type(self.people[role]).objects.get(pk=self.people[role].pk) if role in self.people else None


def _people(district) -> dict:
    village = district.villages[0]
    return {
        "member": UserFactory(member=village),
        "chief": UserFactory(chief=village),
        "town": UserFactory(town_handler=district.town_a.organisation),
        "town_manager": UserFactory(town_manager=district.town_a.organisation),
        "other_town": UserFactory(town_handler=district.town_b.organisation),
        "dept": UserFactory(dept_handler=district.housing),
        "dept_manager": UserFactory(dept_manager=district.housing),
        "other_dept": UserFactory(dept_handler=district.ecology),
        "hq_staff": UserFactory(hq_staff=district.dust),
        "commander": UserFactory(commander=district.dust),
        "other_commander": UserFactory(commander=district.catering),
        "office": UserFactory(office_staff=district),
        "director": UserFactory(office_director=district),
        "supervision": UserFactory(supervision=district),
        "leader": UserFactory(leader=district),
        "auditor": UserFactory(auditor=district),
        "sysadmin": UserFactory(sysadmin=district),
    }


def _report(district, by, village: int, code: str, token: str, **more):
    lon, lat = centre(district.villages[village])
    words = {"text": f"土方未覆盖{token}", "address": f"东侧{token}"}
    content = {"uuid": uuid.uuid4(), "problem_type": district.problem_types.get(code=code), "lon": lon, "lat": lat, **words, **more}
    return submit(content, by=by).finding


def _site(district, code: str, village: int, unit: str, token: str):
    lon, lat = centre(district.villages[village])
    words = {"name": f"土方工地{token}", "address": f"东侧{token}", "note": f"未覆盖{token}", "lon": lon, "lat": lat}
    return SiteFactory(
        district=district,
        kind=district.site_kinds.get(code=code),
        grid=district.villages[village],
        organisation=getattr(district, unit),
        code=f"{token}-1",
        **words,
    )


_drawn = iter(range(1, 10_000))


def _photo(by) -> Photo:
    content = photo_bytes(next(_drawn), size=(320, 240))
    return evidence.services.store(io.BytesIO(content), sha256=sha256_of(content), size=len(content), by=by)
