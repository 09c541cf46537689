"""Setting up who sends: a new source with its key, another key, the end of one, a time for trying it out."""

import datetime as dt
import secrets
from itertools import chain, count

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import devices
from accounts.models import DeviceUse
from alarms.models import AlarmSource
from alarms.words import SourceKind
from audit.services import record
from common import clock
from common.errors import Conflict
from common.seen import held_as_seen
from grids import geometry
from grids.models import Grid

TRYING = dt.timedelta(minutes=15)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
OWN = ("station-", "citizen-")
"""How the words of sources begin that the system makes itself."""


def create(source: AlarmSource, *, by) -> str:
    """Save a new source of ``source.district`` and return its key, which is stored nowhere. ``Conflict`` where the same form, or another one with the
    same word, was quicker.
    """
    try:
        return _create(source, by=by)
    except IntegrityError as taken:
        source.pk, source.device = None, None
        raise Conflict(_("这台设备刚被登记，请核对后再试。"), code="taken") from taken


def made_by(form_key) -> AlarmSource | None:
    """What the same form has set up already."""
    return AlarmSource.objects.filter(form_key=form_key).first() if form_key else None


@transaction.atomic
def _create(source: AlarmSource, *, by) -> str:
    source.slug = source.slug or _free_slug(source.kind)
    source.made_at = clock.now()
    place(source)
    source.device, key = devices.issue(source.district_id, source.name, by=by, use=DeviceUse.ALARM)
    source.save(force_insert=True)
    record("alarmsource.new", source, by=by, district_id=source.district_id, payload={"slug": source.slug, "kind": source.kind})
    return key


@transaction.atomic
def edit(source: AlarmSource, *, by, stood: dict | None = None) -> None:
    """``stood``: its columns when the form was checked."""
    held_as_seen(AlarmSource.objects.filter(pk=source.pk), stood)
    place(source)
    source.save()
    record("alarmsource.edit", source, by=by, district_id=source.district_id, payload={"name": source.name, "is_active": source.is_active})


@transaction.atomic
def renew(source: AlarmSource, *, by) -> str:
    """Another key; the old one ends at once."""
    if source.device is None:
        source.device, key = devices.issue(source.district_id, source.name, by=by, use=DeviceUse.ALARM)
        source.save(update_fields=["device"])
        record("alarmsource.edit", source, by=by, district_id=source.district_id, payload={"device": source.device_id})
        return key
    return devices.renew(source.device, by=by)


def revoke(source: AlarmSource, *, by) -> bool:
    return source.device is not None and devices.revoke(source.device, by=by)


@transaction.atomic
def begin_trying(source: AlarmSource, *, by) -> None:
    """What comes in the next minutes is shown and raises nothing; pressed again it ends."""
    now = clock.now()
    until = None if source.test_until and source.test_until > now else now + TRYING
    AlarmSource.objects.filter(pk=source.pk).update(test_until=until)
    source.test_until = until
    record("alarmsource.test", source, by=by, district_id=source.district_id, payload={"until": until.isoformat() if until else ""})


def place(source: AlarmSource) -> None:
    """The grid of its point, or that of its site; without both the whole district's."""
    found: Grid | None = source.site.grid if source.site else None
    if source.lon is None and source.site and source.site.lon is not None:
        source.lon, source.lat = source.site.lon, source.site.lat
    if source.lon is not None and source.lat is not None:
        located = geometry.locate(source.district_id, source.lon, source.lat)
        found = located[0] if located else found
    source.grid, source.grid_path = found, found.path if found else source.district.path


def own_slug(kind: str, pk: int) -> str:
    """Of a source that the system makes itself; another where somebody has taken the word for a device, before that was refused."""
    slug = f"{kind}-{pk}"
    taken = set(AlarmSource.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(each for each in chain([slug], (f"{slug}-{n}" for n in count())) if each not in taken)


def of_station(pk: int) -> QuerySet[AlarmSource]:
    """By the station's key in the word that ``own_slug`` gave: that never changes, while code, name and place of a station are edited.

    More than one where a release that went by the code made another for each code; the newest is the one in use.
    """
    word = f"{SourceKind.STATION}-{pk}"
    return AlarmSource.objects.filter(Q(slug=word) | Q(slug__startswith=f"{word}-"), kind=SourceKind.STATION).order_by("-pk")


def station_of(source: AlarmSource) -> int:
    """Key of the station that a source of this kind stands for."""
    return int(source.slug.split("-")[1])


def _free_slug(kind: str) -> str:
    """Not to be guessed from another one; what it may do depends on the key."""
    short = {"smoke_camera": "cam", "dust_monitor": "dust", "platform": "hub"}.get(kind, "src")
    return f"{short}-{''.join(secrets.choice(LETTERS) for _n in range(8))}"
