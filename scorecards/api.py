from dataclasses import asdict

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.services import record
from scorecards import access, board, exports, papers
from scorecards.words import month_words
from sheets.models import Job


class ScorecardsView(APIView):
    """Ranking of a month. Marks are integer hundredths of a point, ``share`` hundredths of a percent."""

    def perform_content_negotiation(self, request, force=False):
        """``?format=xlsx`` is this view's own word, not a renderer's."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    @extend_schema(
        parameters=[OpenApiParameter("format", str, enum=["json", "xlsx"]), OpenApiParameter("district", int)], responses=OpenApiTypes.OBJECT
    )
    def get(self, request, month):
        cards = access.cards_of(request, month)
        if not cards:
            raise Http404
        if request.GET.get("format") == "xlsx":
            return answer(exports.response(cards, month=month, district=access.district_of(request), by=request.user))
        grids = board.grid_groups(access.grid_cards_of(request, month))
        return Response(as_json(cards, month=month, user=request.user) | {"grids": [grids_json(each) for each in grids]})


class PapersView(APIView):
    """The plain rows a month was worked out from, one JSON object a line (docs/scorecards.md). For the office and 督查局.

    ``table`` comes first in each; ``steps`` name ``action``, ``part`` (verifier, second looker …) and state, never a person or a note.
    """

    @extend_schema(parameters=[OpenApiParameter("district", int)], responses={(200, "application/x-ndjson"): OpenApiTypes.STR})
    def get(self, request, month):
        district = access.district_of(request)
        access.check_may_recount(request.user, district)
        if not access.cards_of(request, month).exists():
            raise Http404
        payload = {"kind": "scorecards.papers", "filters": month_words(month)}
        record("export", "scorecards.papers", by=request.user, district_id=district.pk, payload=payload)
        return StreamingHttpResponse(papers.lines(month, district=district, by=request.user), content_type="application/x-ndjson")


def answer(made):
    """The file; or, when there is too much of it to wait for, the job that makes it."""
    return Response({"job": made.pk, "state": made.state}, status=202) if isinstance(made, Job) else made


def as_json(cards, *, month: str, user) -> dict:
    groups = board.groups(cards)
    ids = board.ids_by_line([line for group in groups for each in group.standings for line in each.lines], user=user)
    return {
        "month": month,
        "as_of": groups[0].first.cut_off,
        "groups": [{"kind": group.kind, "rows": [row(each, ids) for each in group.standings]} for group in groups],
    }


def row(standing: board.Standing, ids: dict[int, list[int]]) -> dict:
    unit = standing.card.organisation
    lines = [line_json(line) | {"finding_ids": ids.get(line.pk, [])} for line in standing.lines]
    return {"organisation": {"id": unit.pk, "name": unit.name}, **figures(standing), "lines": lines}


def grids_json(group: board.Group) -> dict:
    """The grids of one township; rows behind their figures are those of the township's lines."""
    rows = [
        {"grid": {"id": each.card.grid.pk, "name": each.card.grid.name}, **figures(each), "lines": [line_json(line) for line in each.lines]}
        for each in group.standings
    ]
    return {"township": {"id": group.township.pk, "name": group.township.name}, "rows": rows}


def figures(standing: board.Standing) -> dict:
    card = standing.card
    return {
        "obtained": card.obtained,
        "counted": card.counted,
        "share": card.share,
        "rank": card.rank,
        "note": standing.note,
        "grade": card.grade,
        "digest": card.digest,
        "bonus": standing.bonus,
        "carried": standing.carried,
        "parts": [asdict(cell) for cell in standing.cells],
    }


def line_json(line) -> dict:
    return {
        "code": line.indicator,
        "label": str(line.definition.label),
        "part": line.part,
        "points": line.points,
        "full": line.full,
        "state": line.state,
        "numerator": line.numerator,
        "denominator": line.denominator,
        "air": line.air,
    }
