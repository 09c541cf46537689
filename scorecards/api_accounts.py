from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from scorecards import access
from scorecards import account_board as board
from scorecards.services.settling import is_settled


class AccountsView(APIView):
    """Accounts of a month: opening + added + rebounded + moved_in − moved_out − voided − closed = closing, which is the next month's opening.

    ``units`` and ``grids`` are those the caller may read, grids without any figure left out; ``totals`` are of the whole district, by kind.
    """

    @extend_schema(parameters=[OpenApiParameter("district", int)], responses=OpenApiTypes.OBJECT)
    def get(self, request, month):
        district = access.district_of(request)
        if month not in board.months(district):
            raise Http404
        return Response(as_json(request.user, district, month))


def as_json(user, district, month: str) -> dict:
    groups = board.groups(user, district, month)
    units = [account for group in groups for account in (*group.accounts, *group.idle)]
    return {
        "month": month,
        "is_settled": is_settled(district.pk, month),
        "units": [{"organisation": named(each.organisation), "kind": each.organisation.kind, **each.figures} for each in units],
        "grids": [{"grid": named(each.grid) | {"code": each.grid.code}, **each.figures} for each in board.grids(user, district, month)],
        "totals": {kind or "other": total for kind, total in board.totals(district, month).items()},
    }


def named(row) -> dict:
    return {"id": row.pk, "name": row.name}
