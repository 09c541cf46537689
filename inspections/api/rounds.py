"""Rounds and visits from phones: the same rules as for findings (design 5, trust C2)."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import Conflict
from grids import scope
from inspections.api import holding
from inspections.api.round_serializers import PatrolAnswer, PatrolBody, VisitAnswer, VisitBody
from inspections.api.serializers import HeldAnswer
from inspections.models import Patrol, Visit
from inspections.services import rounds, visits
from inspections.words import HeldKind

OFFLINE = [OpenApiParameter("X-Offline", OpenApiTypes.STR, OpenApiParameter.HEADER, enum=["0", "1"])]


def clean_of(body: serializers.Serializer, uuid) -> dict:
    body.is_valid(raise_exception=True)
    return body.validated_data | {"uuid": uuid}


def conflict_answer(conflict: Conflict, stored: dict | None) -> Response:
    answer = {"code": conflict.code, "detail": str(conflict)} | ({"stored": stored} if stored else {})
    return Response(answer, status=status.HTTP_409_CONFLICT)


class PatrolView(APIView):
    @extend_schema(request=PatrolBody, parameters=OFFLINE, responses={200: PatrolAnswer, 201: PatrolAnswer, 202: HeldAnswer})
    def put(self, request, uuid):
        """Begin or finish a round. What is stored stays; what is empty is filled."""
        stored_in = set(Patrol.objects.filter(uuid=uuid, person=request.user).values_list("district_id", flat=True))
        context = {"district_ids": scope.rights(request.user).district_ids | stored_in}
        try:
            if not stored_in:
                holding.insist_right(request.user)
            told = rounds.tell(clean_of(PatrolBody(data=request.data, context=context), uuid), by=request.user)
        except holding.REFUSALS as refused:
            if holding.must_be_kept(request, refused):
                return holding.hold(request, uuid, refused, kind=HeldKind.PATROL)
            raise
        except Conflict as conflict:
            return conflict_answer(conflict, None)
        code = status.HTTP_201_CREATED if told.created else status.HTTP_200_OK
        return Response(PatrolAnswer(told.patrol, context={"replay": told.replay}).data, status=code)


class VisitView(APIView):
    @extend_schema(request=VisitBody, parameters=OFFLINE, responses={200: VisitAnswer, 201: VisitAnswer, 202: HeldAnswer})
    def put(self, request, uuid):
        """Take in a visit, planned or not. Sent again with the same content it changes nothing."""
        try:
            told = visits.tell(clean_of(VisitBody(data=request.data), uuid), by=request.user)
        except holding.REFUSALS as refused:
            if holding.must_be_kept(request, refused):
                return holding.hold(request, uuid, refused, kind=HeldKind.VISIT)
            raise
        except Conflict as conflict:
            stored = conflict.extra.get("visit")
            return conflict_answer(conflict, self._shown(stored, replay=True) if stored else None)
        code = status.HTTP_200_OK if told.replay else status.HTTP_201_CREATED
        return Response(self._shown(told.visit, replay=told.replay), status=code)

    def _shown(self, visit: Visit, *, replay: bool) -> dict:
        return VisitAnswer(visit, context={"replay": replay}).data
