"""Submitting, reading and listing findings; the types and grids a client needs for it."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.description import list_or_sheet
from common.errors import Conflict
from grids import scope
from grids.models import Grid
from inspections import exports
from inspections.api import holding
from inspections.api.pagination import KeysetPagination
from inspections.api.serializers import (
    FindingDetailSerializer,
    FindingSerializer,
    GridSerializer,
    HeldAnswer,
    ProblemTypeSerializer,
    ReportSerializer,
    SubmissionSerializer,
)
from inspections.api.uploads import of_finding
from inspections.filters import FindingFilter
from inspections.models import Finding, ProblemType
from inspections.services.submit import take_in
from inspections.words import HeldKind

DETAIL = ("problem_type", "field", "grid", "site", "reporter", "merged_into", "rebound_of")


def with_details(queryset):
    return queryset.select_related(*DETAIL).prefetch_related("photos", "tasks__organisation")


class FindingList(generics.GenericAPIView):
    """The ledger, filtered as the page filters it. ``?format=xlsx`` or ``csv`` gives the sheet."""

    serializer_class = FindingSerializer
    filterset_class = FindingFilter
    pagination_class = KeysetPagination

    def get_queryset(self):
        return Finding.objects.visible_to(self.request.user) if self.request else Finding.objects.none()

    @list_or_sheet(FindingSerializer)
    def get(self, request):
        form = request.query_params.get("format", "json")
        if form in ("csv", "xlsx"):
            return self._sheet(request, form)
        if form != "json":
            raise serializers.ValidationError({"format": [_("format 应为 json、csv 或 xlsx。")]})
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()).for_list())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _sheet(self, request, form: str):
        found = FindingFilter(request.query_params, queryset=self.get_queryset(), request=request)
        if not found.is_valid():
            raise serializers.ValidationError(found.errors)
        if exports.is_long(found.qs):
            job = exports.start(request.query_params, by=request.user, form=form)
            return Response({"job": job.pk, "detail": _("数据较多，已转入后台导出，完成后在“我的后台任务”下载。")}, status=status.HTTP_202_ACCEPTED)
        return exports.answer(found, by=request.user, form=form)


class FindingView(APIView):
    @extend_schema(responses=FindingDetailSerializer)
    def get(self, request, uuid):
        finding = get_object_or_404(with_details(Finding.objects.visible_to(request.user)), uuid=uuid)
        return Response(FindingDetailSerializer(finding, context={"request": request}).data)

    @extend_schema(
        request=ReportSerializer,
        parameters=[OpenApiParameter("X-Offline", OpenApiTypes.STR, OpenApiParameter.HEADER, enum=["0", "1"])],
        responses={200: SubmissionSerializer, 201: SubmissionSerializer, 202: HeldAnswer},
    )
    def put(self, request, uuid):
        """Take in a report. Sent again with the same content it changes nothing."""
        try:
            return self._taken(request, uuid)
        except Conflict as conflict:
            return self._conflict(request, conflict)

    def _taken(self, request, uuid):
        try:
            clean = self._clean(request, uuid)
            submission = take_in(clean, by=request.user)
        except holding.REFUSALS as refused:
            if holding.must_be_kept(request, refused):
                return holding.hold(request, uuid, refused, kind=HeldKind.FINDING)
            raise
        code = status.HTTP_200_OK if submission.replay else status.HTTP_201_CREATED
        context = {"replay": submission.replay, "has_voices": bool(clean.get("voices"))}
        return Response(SubmissionSerializer(submission.finding, context=context).data, status=code)

    def _clean(self, request, uuid) -> dict:
        """What was sent, by the rights of today; a report of theirs that is stored already is also read when they lost the right since."""
        try:
            return self._read(request, uuid)
        except (serializers.ValidationError, ValidationError):
            mine = Finding.objects.filter(uuid=uuid, reporter=request.user).values_list("district_id", flat=True)
            if not mine:
                raise
            return self._read(request, uuid, stored_in=set(mine))

    def _read(self, request, uuid, *, stored_in=frozenset()) -> dict:
        if not stored_in:
            holding.insist_right(request.user)
        report = ReportSerializer(data=request.data, context={"district_ids": scope.rights(request.user).district_ids | stored_in})
        report.is_valid(raise_exception=True)
        if not stored_in:
            holding.insist_right(request.user, grid=report.validated_data.get("grid"))
        return report.validated_data | {"uuid": uuid}

    def _conflict(self, request, conflict: Conflict):
        answer = {"code": conflict.code, "detail": str(conflict)}
        if finding := conflict.extra.get("finding"):
            answer |= {"stored": FindingDetailSerializer(finding, context={"request": request}).data, **of_finding(finding)}
        return Response(answer, status=status.HTTP_409_CONFLICT)


class ProblemTypeList(generics.ListAPIView):
    """Types that may be reported, in the district's order."""

    serializer_class = ProblemTypeSerializer
    pagination_class = None
    filterset_fields = {"field__code": ["exact"], "is_active": ["exact"]}

    def get_queryset(self):
        return ProblemType.objects.visible_to(self.request.user).select_related("field") if self.request else ProblemType.objects.none()


class GridList(generics.ListAPIView):
    """Grids the person may see, with their outlines."""

    serializer_class = GridSerializer
    filterset_fields = {"code": ["exact"], "level": ["exact"], "parent": ["exact"]}

    def get_queryset(self):
        return Grid.objects.visible_to(self.request.user).select_related("organisation") if self.request else Grid.objects.none()
