"""Who is told what of consequences. The outbox is read by the whole office and 督查局: no notice names a unit, a measure or a number of proposals."""

from django.urls import reverse
from django.utils.translation import gettext as _

from grids import people
from grids.roles import MANAGERS, OFFICE, Role
from notices import services as notices
from scorecards.models.consequences import INNER
from scorecards.words import Action, month_words


def compared(month: str, *, district_id: int) -> None:
    """Always, also when nothing was proposed: that somebody was told must not tell that there was something."""
    notices.queue(
        to=people.with_role(district_id, INNER),
        title=lambda: _("%(month)s已结账，奖惩规则已核对，请查看") % {"month": month_words(month)},
        url=f"{reverse('scorecards:consequences')}?month={month}",
        dedup_key=f"consequences:{district_id}:{month}",
        kind="consequences.compared",
        district_id=district_id,
    )


def decided(proposal) -> None:
    """The office is to issue it. Of an interview nobody is told by notice: who may know sees it on the page."""
    if proposal.action == Action.INTERVIEW:
        return
    notices.queue(
        to=people.with_role(proposal.district_id, OFFICE),
        title=lambda: _("%(month)s一项奖惩建议已批准，请印发") % {"month": month_words(proposal.month)},
        url=proposal.get_absolute_url(),
        dedup_key=f"proposal:{proposal.pk}:approved",
        kind="consequences.approved",
        district_id=proposal.district_id,
    )


def issued(proposal) -> None:
    if proposal.action == Action.INTERVIEW:
        return
    notices.queue(
        to=people.members_of(proposal.organisation, MANAGERS),
        title=lambda: _("%(month)s考核结果运用：%(action)s") % {"month": month_words(proposal.month), "action": proposal.get_action_display()},
        body=lambda: _("文号：%(number)s") % {"number": proposal.paper_number},
        url=proposal.get_absolute_url(),
        dedup_key=f"proposal:{proposal.pk}:issued",
        kind="consequences.issued",
        district_id=proposal.district_id,
    )


def money_checked(table) -> None:
    notices.queue(
        to=people.with_role(table.district_id, {Role.DISTRICT_LEADER}),
        title=lambda: _("%(month)s奖惩资金表已核对，请签批") % {"month": month_words(table.month)},
        url=table.get_absolute_url(),
        dedup_key=f"money:{table.pk}:{table.version}",
        kind="money.checked",
        district_id=table.district_id,
    )


def money_signed(table) -> None:
    notices.queue(
        to=people.with_role(table.district_id, OFFICE),
        title=lambda: _("%(month)s奖惩资金表已签批") % {"month": month_words(table.month)},
        url=table.get_absolute_url(),
        dedup_key=f"money:{table.pk}:signed",
        kind="money.signed",
        district_id=table.district_id,
    )
