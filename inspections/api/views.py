"""Submitting, reading and listing findings; the types and grids a client needs for it."""

from django.core.exceptions import ValidationError
from django.http import Http404, UnreadablePostError
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
from inspections import access, exports
from inspections.api.pagination import KeysetPagination
from inspections.api.serializers import (
    MAX_PHOTO_BYTES,
    FindingDetailSerializer,
    FindingSerializer,
    GridSerializer,
    HeldAnswer,
    PhotoAnswer,
    ProblemTypeSerializer,
    ReportSerializer,
    SubmissionSerializer,
)
from inspections.filters import FindingFilter
from inspections.models import Finding, HeldSubmission, ProblemType
from inspections.services import held, photos
from inspections.services.submit import photos_missing, take_in

DETAIL = ("problem_type", "field", "grid", "reporter", "merged_into", "rebound_of")


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
            submission = take_in(self._clean(request, uuid), by=request.user)
        except (serializers.ValidationError, ValidationError) as refused:
            if request.headers.get("X-Offline") == "1" or lost_right(refused):
                return self._hold(request, uuid, reasons(refused))
            raise
        except Conflict as conflict:
            return self._conflict(request, conflict)
        code = status.HTTP_200_OK if submission.replay else status.HTTP_201_CREATED
        return Response(SubmissionSerializer(submission.finding, context={"replay": submission.replay}).data, status=code)

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
            insist_right(request.user)
        report = ReportSerializer(data=request.data, context={"district_ids": scope.rights(request.user).district_ids | stored_in})
        report.is_valid(raise_exception=True)
        if not stored_in:
            insist_right(request.user, grid=report.validated_data.get("grid"))
        return report.validated_data | {"uuid": uuid}

    def _hold(self, request, uuid, errors: dict):
        payload = request.data if isinstance(request.data, dict) else {"raw": request.data}
        kept = held.hold(payload, uuid=uuid, errors=errors, by=request.user)
        answer = {"uuid": uuid, "held": True, "state": "needs_fix", "needs_fix": errors, "photos_missing": held.photos_missing(kept)}
        return Response(HeldAnswer(answer).data, status=status.HTTP_202_ACCEPTED)

    def _conflict(self, request, conflict: Conflict):
        answer = {"code": conflict.code, "detail": str(conflict)}
        if finding := conflict.extra.get("finding"):
            answer["stored"] = FindingDetailSerializer(finding, context={"request": request}).data
        return Response(answer, status=status.HTTP_409_CONFLICT)


def insist_right(user, *, grid=None) -> None:
    """Somebody who lost the post, or the grid, between finding and sending: the report is kept, not refused (trust C2)."""
    rights = scope.rights(user)
    if not access.may_report(user) or not rights.district_ids:
        raise ValidationError(_("您在这个区县没有岗位，不能上报。请联系攻坚办核对网格岗位。"), code="no_right")
    if grid and grid.district_id not in rights.member_district_ids and not any(grid.path.startswith(path) for path in rights.paths):
        raise ValidationError({"grid": ValidationError(_("“%(grid)s”已不是您的网格，请改选网格或联系攻坚办。") % {"grid": grid}, code="no_right")})


def lost_right(refused) -> bool:
    if not isinstance(refused, ValidationError):
        return False
    errors = [each for group in refused.error_dict.values() for each in group] if hasattr(refused, "error_dict") else refused.error_list
    return any(each.code == "no_right" for each in errors)


def reasons(refused) -> dict:
    """``{name: [text]}`` of either kind of error."""
    if isinstance(refused, ValidationError):
        return refused.message_dict if hasattr(refused, "error_dict") else {"non_field_errors": list(refused.messages)}
    detail = refused.detail if isinstance(refused.detail, dict) else {"non_field_errors": refused.detail}
    return {name: _flat(value) for name, value in detail.items()}


def _flat(value) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _flat(each)]
    if isinstance(value, list):
        return [text for each in value for text in _flat(each)]
    return [str(value)]


class PhotoView(APIView):
    """Bytes of an announced photo, as they are; only its reporter sends them."""

    @extend_schema(request={"application/octet-stream": OpenApiTypes.BINARY}, responses={200: PhotoAnswer})
    def put(self, request, uuid, sha256):
        stream, size = request._request, int(request.META.get("CONTENT_LENGTH") or 0)
        if size > MAX_PHOTO_BYTES:
            return self._too_big()
        try:
            missing = self._keep(uuid, stream, sha256=sha256, size=size, by=request.user)
        except UnreadablePostError:
            raise ValidationError(_("照片没有传完，请重新发送。"), code="size_mismatch") from None
        except ValidationError as refused:
            if getattr(refused, "code", "") == "too_big":
                return self._too_big()
            answer = {"code": getattr(refused, "code", "invalid"), "detail": _("；").join(refused.messages)}
            return Response(answer, status=status.HTTP_400_BAD_REQUEST)
        return Response(PhotoAnswer({"uuid": uuid, "sha256": sha256, "photos_missing": missing}).data)

    def _keep(self, uuid, stream, *, sha256: str, size: int, by) -> list[str]:
        finding = Finding.objects.filter(uuid=uuid, reporter=by).first()
        if finding:
            photos.attach(finding, stream, sha256=sha256, size=size, by=by)
            return photos_missing(finding)
        kept = HeldSubmission.objects.visible_to(by).waiting().filter(uuid=uuid).first()
        if kept is None:
            raise Http404
        held.store_photo(kept, stream, sha256=sha256, size=size, by=by)
        return held.photos_missing(kept)

    def _too_big(self):
        detail = _("照片超过 %(n)s MB，请降低拍摄分辨率后重新发送。") % {"n": MAX_PHOTO_BYTES // 1_000_000}
        return Response({"code": "too_big", "detail": detail}, status=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)


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
