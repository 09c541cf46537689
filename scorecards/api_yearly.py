from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from scorecards import access
from scorecards.services.yearly import MEASURES, Cell, Standing, Year
from scorecards.views.yearly import download, found_or_404


class YearView(APIView):
    """Ranking of a year: mean of the months' shares (hundredths of a percent). Settled months only; ``open`` counts the others too."""

    def perform_content_negotiation(self, request, force=False):
        """``?format=xlsx`` is this view's own word, not a renderer's."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    @extend_schema(
        parameters=[OpenApiParameter("format", str, enum=["json", "xlsx"]), OpenApiParameter("open", bool), OpenApiParameter("district", int)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request, year):
        found = found_or_404(request, access.district_of(request), year)
        if request.GET.get("format") == "xlsx":
            return download(found, by=request.user)
        return Response(as_json(found))


def as_json(found: Year) -> dict:
    return {
        "year": found.year,
        "with_open": found.with_open,
        "groups": [
            {
                "kind": group.kind,
                "months": [{"month": month.name, "settled": month.is_settled} for month in group.months],
                "rows": [row(each) for each in group.standings],
            }
            for group in found.groups
        ],
    }


def row(each: Standing) -> dict:
    measures = {} if each.measures is None else {str(name): count for name, count in zip(MEASURES, each.measures, strict=True)}
    kind = "grid" if each.card.grid_id else "organisation"
    return {
        kind: {"id": each.card.subject.pk, "name": each.card.subject.name},
        "rank": each.rank,
        "mean": each.mean,
        "months": len(each.counted),
        "best": end(each.best),
        "worst": end(each.worst),
        "firsts": each.firsts,
        "lasts": each.lasts,
        **measures,
        "cells": [cell_json(cell) for cell in each.cells],
    }


def cell_json(cell: Cell) -> dict:
    return {
        "month": cell.month.name,
        "share": cell.share,
        "rank": cell.card.rank if cell.card else None,
        "counts": cell.counts,
        "digest": cell.card.digest if cell.card else None,
    }


def end(cell: Cell | None) -> dict | None:
    return {"month": cell.month.name, "share": cell.share} if cell else None
