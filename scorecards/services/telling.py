"""Telling the office that a month's marks stand."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from audit import canonical
from common import clock
from grids.models import Membership
from grids.roles import OFFICE
from notices import services as notices
from scorecards.models import Scorecard
from scorecards.words import month_words


def ready(month: str, *, cards: list[Scorecard], district) -> None:
    """Once per outcome: the key rests on every card's digest, so a month that was rebuilt with other figures is told again."""
    if not cards:
        return
    units, outcome = sum(card.organisation_id is not None for card in cards), canonical.digest(canonical.dumps(sorted(card.digest for card in cards)))
    seats = Membership.objects.current(clock.today()).filter(organisation__district=district, role__in=OFFICE)
    notices.queue(
        to=User.objects.filter(pk__in=seats.values("user_id"), is_active=True),
        title=lambda: _("%(month)s督导考核排名已生成") % {"month": month_words(month)},
        body=lambda: _("共 %(count)s 个单位。请查看排名和扣分明细。") % {"count": units},
        url=reverse("scorecards:ranking_of", args=[month]),
        dedup_key=f"scorecards:{district.pk}:{month}:{outcome[:12]}",
        kind="scorecards.ready",
        district_id=district.pk,
    )
