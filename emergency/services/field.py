"""Orders of a person's grids as a phone shows them (``settings.FIELD_ORDERS``)."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import clock
from common.templatetags.ui import moment
from emergency import access
from emergency.models import Order
from emergency.words import OrderState, Party
from grids import scope

MOST = 5


def orders_of(user) -> list[dict]:
    """Those that run, the unanswered ones first; of whoever has the grid by post. One query."""
    found = scope.rights(user)
    if not found.post_roles:
        return []
    orders = (
        Order.objects.running()
        .filter(scope.under(found.paths, "grid_path"), party=Party.GRID)
        .select_related("grid", "decision")
        .order_by("-state", "pk")
    )
    return [_order(each) for each in orders[:MOST] if access.answers_for(user, each)]


def _order(order: Order) -> dict:
    return {
        "url": order.get_absolute_url(),
        "title": _title(order),
        "words": _("；").join(line["text"].rstrip("。；") for line in order.measures),
        "button": pgettext("emergency", "签收") if order.state == OrderState.ISSUED else _("查看"),
    }


def _title(order: Order) -> str:
    level = str(order.get_level_display())
    if order.is_lift:
        return _("%(level)s解除令") % {"level": level}
    begins_at = order.decision.begins_at
    return _("%(level)s，自 %(at)s 起执行") % {"level": level, "at": moment(begins_at)} if begins_at > clock.now() else level
