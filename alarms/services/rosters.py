"""Rosters: shifts of a unit, made for several days at once, taken off one by one."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from alarms.models import DutyShift
from alarms.words import Shift
from audit.services import record
from common import clock
from grids.models import Organisation

TIMES = {Shift.DAY: (dt.time(8), dt.time(20), 0), Shift.NIGHT: (dt.time(20), dt.time(8), 1), Shift.WHOLE: (dt.time(8), dt.time(8), 1)}
"""Begin, end, and how many days later it ends."""
LONGEST = 62


@transaction.atomic
def plan(organisation: Organisation, *, first: dt.date, last: dt.date, shift: str, person, deputy=None, by) -> int:
    """A shift for each day from ``first`` to ``last``; how many are new. The same again adds nothing."""
    if not dt.timedelta() <= last - first <= dt.timedelta(days=LONGEST):
        raise ValidationError({"last": _("结束日期不能早于开始日期，一次最多排 %(n)s 天。") % {"n": LONGEST}})
    if deputy == person:
        raise ValidationError({"deputy": _("副班应是另一个人。")})
    begin, end, later = TIMES[Shift(shift)]
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    rows = [
        DutyShift(
            district_id=organisation.district_id, organisation=organisation, shift=shift, starts_at=clock.at(day, begin),
            ends_at=clock.at(day + dt.timedelta(days=later), end), person=person, deputy=deputy, made_by=by,
        )
        for day in days
    ]  # fmt: skip
    before = DutyShift.objects.filter(organisation=organisation).count()
    DutyShift.objects.bulk_create(rows, ignore_conflicts=True)
    made = DutyShift.objects.filter(organisation=organisation).count() - before
    facts = {"first": str(first), "last": str(last), "shift": str(shift), "person": str(person), "deputy": str(deputy or ""), "new": made}
    record("dutyshift.plan", organisation, by=by, district_id=organisation.district_id, payload=facts)
    return made


@transaction.atomic
def remove(shift: DutyShift, *, by) -> None:
    """A turn that is over stays: it says who was on duty."""
    if shift.ends_at <= clock.now():
        raise ValidationError(_("已经过去的值班不能删除。"))
    facts = {"organisation": str(shift.organisation), "person": str(shift.person), "starts_at": shift.starts_at.isoformat()}
    record_on = shift.organisation
    shift.delete()
    record("dutyshift.remove", record_on, by=by, district_id=record_on.district_id, payload=facts)
