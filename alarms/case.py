"""An alarm with everything around it, read once: what its page and the phone show."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from math import cos, radians

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alarms import access, sentences
from alarms.clocks import Shown, shown
from alarms.models import Alarm, AlarmPhoto, Call, SignalPicture
from alarms.services import telling
from alarms.words import AlarmKind, AlarmState, Answer, SourceKind
from alarms.workflow import STEPS
from common import clock
from common.templatetags.ui import moment
from grids import geometry
from inspections.models import Finding
from notices.models import Notice, State
from registers.models import Site

WAY = [gettext_lazy("报警"), gettext_lazy("研判"), gettext_lazy("派出"), gettext_lazy("接单"), gettext_lazy("到场"), gettext_lazy("控制"),
       gettext_lazy("反馈"), gettext_lazy("复看办结")]  # fmt: skip
STATIONS = {"raised": 1, "dispatched": 3, "accepted": 4, "arrived": 5, "controlled": 6, "fed_back": 7, "closed": 8, "false": 1, "watched": 1}
TONES = {"raised": "soon", "dispatched": "soon", "fed_back": "soon", "watched": "soon", "closed": "done", "false": "off"}
NEAR_SITES, NEAR_FINDINGS = 1000, 500
EARLIER = dt.timedelta(days=30)


@dataclass
class Line:
    title: str
    at: dt.datetime
    by: str = ""
    note: str = ""
    tone: str = ""
    more: list[str] = field(default_factory=list)
    photos: list = field(default_factory=list)
    calls: list = field(default_factory=list)


class Case:
    """One alarm as one person sees it at one moment."""

    def __init__(self, alarm: Alarm, user):
        self.alarm, self.user, self.now = alarm, user, clock.now()

    @cached_property
    def clocks(self) -> list[Shown]:
        return shown(self.alarm, self.now)

    @property
    def state_tone(self) -> str:
        late = any(each.is_running and each.tone == "late" for each in self.clocks)
        return "late" if late else TONES.get(self.alarm.state, "")

    @property
    def way(self) -> list[dict]:
        if self.alarm.for_operator:
            return []
        here, stopped = STATIONS[self.alarm.state], self.alarm.state == AlarmState.FALSE
        return [{"label": label, "state": ("stop" if stopped else "now") if n == here else "past" if n < here else ""} for n, label in enumerate(WAY)]

    @property
    def place(self) -> str:
        return telling.place(self.alarm)

    @property
    def warning(self) -> str:
        return telling.no_intervention(self.alarm) if self.alarm.kind == AlarmKind.STATION else ""

    # --- steps ---
    @cached_property
    def steps(self) -> list[dict]:
        return [self._step(action) for action in access.actions_for(self.user, self.alarm)]

    def _step(self, action: str) -> dict:
        step = STEPS[action]
        return {"action": action, "label": step.label, "tone": step.tone, "url": reverse("alarms:step", args=[self.alarm.uuid, action])}

    @property
    def on_site_steps(self) -> list[dict]:
        """Those of the phone."""
        names = ("accept", "arrive", "control", "feedback")
        return [
            step | {"url": reverse("mobile_alarms:step", args=[self.alarm.uuid, step["action"]])} for step in self.steps if step["action"] in names
        ]

    @property
    def is_judging(self) -> bool:
        """Whether this person is to judge it now."""
        return self.alarm.state == AlarmState.RAISED and access.is_operator(self.user, self.alarm.district_id)

    @cached_property
    def sees_caller(self) -> bool:
        return bool(self.callers) and access.sees_caller(self.user, self.alarm)

    @cached_property
    def callers(self) -> list[str]:
        """Everybody who has called in of it, each once: name and number."""
        facts = self.alarm.signals.filter(source__kind=SourceKind.CITIZEN).order_by("pk").values_list("facts", flat=True)
        named = [(self.alarm.caller, self.alarm.caller_phone), *((each.get("caller", ""), each.get("caller_phone", "")) for each in facts)]
        return list(dict.fromkeys(" ".join(filter(None, pair)) for pair in named if any(pair)))

    # --- evidence ---
    @cached_property
    def pictures(self) -> list[dict]:
        """What the devices have sent, newest last, without those that were ``refused``."""
        rows = (
            SignalPicture.objects.filter(signal__alarm=self.alarm, refused="")
            .select_related("signal")
            .order_by("signal__received_at", "position")[:60]
        )
        seen: dict[str, dict] = {}
        for row in rows:
            text = moment(row.signal.occurred_at or row.signal.received_at)
            seen.setdefault(row.sha256, _picture("alarms:picture", row.pk, _("画面 %(moment)s") % {"moment": text}))
        return list(seen.values())[-24:]

    @cached_property
    def refused(self) -> list[str]:
        """Why pictures that were sent are not shown: each reason with how many."""
        rows = SignalPicture.objects.filter(signal__alarm=self.alarm).exclude(refused="").order_by()
        counted = rows.values_list("refused").annotate(Count("pk")).order_by("refused")
        return [_("%(n)s 张画面没有存下：%(reason)s") % {"n": count, "reason": reason} for reason, count in counted]

    @cached_property
    def photos(self) -> list[AlarmPhoto]:
        return list(self.alarm.photos.exclude(step=None).select_related("step"))

    @property
    def taken(self) -> list[dict]:
        return [_picture("alarms:photo", row.pk, _("现场 %(moment)s") % {"moment": moment(row.at)}) for row in self.photos]

    # --- around ---
    @property
    def point(self) -> str:
        return f"{self.alarm.lon},{self.alarm.lat}" if self.alarm.lon is not None else ""

    @cached_property
    def sites(self) -> list[Site]:
        return self._near(Site.objects.visible_to(self.user).active().select_related("kind"), NEAR_SITES)[:6]

    @cached_property
    def findings(self) -> list[Finding]:
        mine = Finding.objects.visible_to(self.user).open().exclude(pk=self.alarm.finding_id).select_related("problem_type")
        return self._near(mine, NEAR_FINDINGS)[:6]

    def _near(self, rows, metres: int) -> list:
        if self.alarm.lon is None:
            return []
        lon, lat = self.alarm.lon, self.alarm.lat
        reach = metres / 111_320
        wide = reach / max(0.1, cos(radians(lat)))
        found = list(rows.filter(lat__range=(lat - reach, lat + reach), lon__range=(lon - wide, lon + wide))[:200])
        for each in found:
            each.distance = round(geometry.distance_m(lon, lat, each.lon, each.lat))
        return sorted((each for each in found if each.distance <= metres), key=lambda each: each.distance)

    @cached_property
    def earlier(self) -> list[Alarm]:
        """What this source has raised lately, and what became of it."""
        since = self.alarm.first_signal_at - EARLIER
        found = Alarm.objects.visible_to(self.user).filter(source=self.alarm.source_id, first_signal_at__gte=since).exclude(pk=self.alarm.pk)
        return list(found.order_by("-pk")[:8])

    @property
    def earlier_false(self) -> int:
        return sum(each.state == AlarmState.FALSE for each in self.earlier)

    # --- history ---
    @cached_property
    def calls(self) -> list[Call]:
        """Everybody who was called, with what the outbox knows of it."""
        rows = list(self.alarm.calls.select_related("person").order_by("called_at", "pk"))
        notices = {each.dedup_key: each for each in Notice.objects.filter(dedup_key__in=[row.notice_key for row in rows if row.notice_key])}
        for row in rows:
            row.notice = notices.get(row.notice_key)
        return rows

    @cached_property
    def timeline(self) -> list[Line]:
        """Newest first: each step, and each call below the step that made it."""
        by_moment: dict[dt.datetime, list[Call]] = {}
        for call in self.calls:
            by_moment.setdefault(call.called_at, []).append(call)
        steps = list(self.alarm.steps.select_related("by").order_by("at", "pk"))
        return [self._line(step, by_moment) for step in reversed(steps)]

    def _line(self, step, by_moment) -> Line:
        photos = [photo for photo in self.photos if photo.step_id == step.pk]
        calls = [Told(call, self.alarm) for call in by_moment.get(step.at, [])] if step.action == "dispatch" else []
        by = step.by_name or (_("系统") if step.action != "raise" else "")
        return Line(sentences.of(step), step.at, by, step.note, sentences.TONES.get(step.action, ""), sentences.more(step), photos, calls)


class Told:
    """One call as the timeline shows it."""

    def __init__(self, call: Call, alarm: Alarm):
        self.call, self.notice, self.alarm = call, call.notice, alarm

    @property
    def channel(self) -> str:
        return _("人工电话") if self.call.channel == Call.BY_HAND else self.notice.get_channel_display() if self.notice else self.call.channel

    @property
    def sent_at(self):
        return self.notice.sent_at if self.notice else None

    @property
    def trouble(self) -> str:
        """Why it has not gone out, in the words of the outbox."""
        if self.notice is None or self.notice.state == State.SENT:
            return ""
        return self.notice.last_error or str(self.notice.get_state_display())

    @property
    def answer(self) -> str:
        if self.call.answer == Answer.WAITING and self.notice and self.notice.answered_at:
            return str(Answer.ANSWERED.label)
        if self.call.answer == Answer.LEFT and self.alarm.accepted_at is None:
            return _("已判为误报，不用再去")
        return str(self.call.get_answer_display())

    @property
    def answered_at(self):
        return self.call.answered_at or (self.notice.answered_at if self.notice else None)


def _picture(name: str, pk: int, caption: str) -> dict:
    return {"url": reverse(name, args=[pk, "320"]), "full_url": reverse(name, args=[pk, "1600"]), "caption": caption}


def read(user, **lookup) -> Case | None:
    related = ("source", "site__kind", "grid", "field", "judged_by", "accepted_by", "finding")
    alarm = Alarm.objects.visible_to(user).select_related(*related).prefetch_related("clocks").filter(**lookup).first()
    return Case(alarm, user) if alarm else None
