"""Whose air a person sees: that of the district in which they are somebody, all of it."""

import datetime as dt
import re

from django.http import Http404
from django.utils.translation import gettext as _

from airquality.models import Station
from airquality.services import stations
from common.errors import NotYourRole
from grids.models import Grid
from grids.scope import rights

KEY = re.compile(r"[0-9]{1,9}")


def district_of(request) -> Grid:
    """The person's district, or the one of theirs that ``?district=`` names. 403 for people without one, 404 for another's district."""
    mine = rights(request.user).district_ids
    if not mine:
        raise NotYourRole(_("空气质量面向本区县的工作人员和网格人员；审计人员不查看。"))
    asked = request.GET.get("district") or str(min(mine))
    found = Grid.objects.districts().filter(pk__in=mine, pk=asked if KEY.fullmatch(asked) else 0).first()
    if found is None:
        raise Http404
    return found


def stations_of(request, district: Grid, *, since: dt.date | None = None) -> list[Station]:
    """Those in use today, in their order; with ``since`` those, too, that were in use on that day or later."""
    own = Station.objects.visible_to(request.user).of(district).select_related("grid")
    return list(own.used_since(since) if since else own.active())


def kept_district(request) -> Grid:
    """The district whose stations and rules the person keeps; 403 for everybody else."""
    district = district_of(request)
    stations.insist(request.user, district.pk)
    return district
