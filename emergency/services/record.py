"""Compare-and-set of episodes, their steps and orders, and the history that goes with it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common import clock
from common.errors import Conflict
from emergency.models import Decision, Episode, EpisodeEvent, Order
from grids.models import Grid


def hold(district_id: int) -> Grid:
    """Until the transaction ends nobody else starts, publishes or lifts in the district."""
    return Grid.objects.select_for_update(of=("self",), no_key=True).get(pk=district_id)


def move(decision: Decision, *, version: int, source, **changes) -> None:
    """Compare-and-set of one step; what has changed meanwhile is a ``Conflict``."""
    sources = source if isinstance(source, (tuple, list)) else (source,)
    if not Decision.objects.filter(pk=decision.pk, state__in=sources, version=version).update(version=version + 1, **changes):
        decision.refresh_from_db()
        if decision.state not in sources:
            raise Conflict(_("您打开页面后状态已变：%(state)s。") % {"state": decision.get_state_display()}, code="state")
        raise Conflict(_("您打开页面后已有新的办理，请看过后再决定。"), code="changed", version=decision.version)
    decision.refresh_from_db()


def change_episode(episode: Episode, **changes) -> None:
    """Under the district's lock."""
    for name, value in changes.items():
        setattr(episode, name, value)
    episode.version += 1
    episode.save(update_fields=[*changes, "version"])


def move_order(order: Order, *, source, **changes) -> bool:
    """Whether this request was the one that moved it."""
    moved = Order.objects.filter(pk=order.pk, state__in=source, version=order.version).update(version=order.version + 1, **changes)
    order.refresh_from_db()
    return bool(moved)


def log(episode: Episode, action: str, *, by, decision: Decision | None = None, note: str = "") -> None:
    EpisodeEvent.objects.create(
        episode=episode, decision=decision, action=action, by=by, by_name=str(by or ""), at=clock.now(), note=note.strip()[:300]
    )


def insist_words(name: str, text: str, message: str) -> str:
    """The text, or a refusal at its field."""
    if not text.strip():
        raise ValidationError({name: message})
    return text.strip()
