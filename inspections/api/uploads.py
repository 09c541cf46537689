"""Bytes of announced photos and voice memos, as they are; only who announced them sends them."""

from django.core.exceptions import ValidationError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import APIView

from evidence.recordings import MAX_BYTES as MAX_VOICE_BYTES
from inspections.api.serializers import MAX_PHOTO_BYTES, PhotoAnswer
from inspections.models import Finding, HeldSubmission, Visit
from inspections.services import held, photos, smaller, visit_photos, voices
from inspections.services.submit import photos_missing


def of_finding(finding) -> dict:
    return {"photos_missing": photos_missing(finding), "voices_missing": voices.missing(finding)}


def of_held(kept) -> dict:
    return {"photos_missing": held.photos_missing(kept), "voices_missing": held.voices_missing(kept)}


class UploadView(APIView):
    """``keep`` stores what arrived and says what is still missing; 404 for what this person never announced."""

    limit = MAX_PHOTO_BYTES

    @extend_schema(
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("X-Replaces", OpenApiTypes.STR, OpenApiParameter.HEADER)],
        responses={200: PhotoAnswer},
    )
    def put(self, request, uuid, sha256):
        stream, size = request._request, int(request.META.get("CONTENT_LENGTH") or 0)
        if size > self.limit:
            return self._too_big()
        try:
            missing = self.keep(uuid, stream, sha256=sha256, size=size, by=request.user)
        except UnreadablePostError:
            raise ValidationError(self.broken_off(), code="size_mismatch") from None
        except ValidationError as refused:
            if getattr(refused, "code", "") == "too_big":
                return self._too_big()
            answer = {"code": getattr(refused, "code", "invalid"), "detail": _("；").join(refused.messages)}
            return Response(answer, status=status.HTTP_400_BAD_REQUEST)
        return Response({"uuid": uuid, "sha256": sha256, **missing})

    def keep(self, uuid, stream, *, sha256: str, size: int, by) -> dict:
        raise NotImplementedError

    @property
    def replaces(self) -> str:
        """Hash of the announced photo that was too big for the way, of which this is a smaller picture."""
        return self.request.headers.get("X-Replaces", "")

    def held(self, uuid, *, by) -> HeldSubmission:
        kept = HeldSubmission.objects.visible_to(by).waiting().filter(uuid=uuid).first()
        if kept is None:
            raise Http404
        return kept

    def broken_off(self) -> str:
        return _("照片没有传完，请重新发送。")

    def too_big(self) -> str:
        return _("照片超过 %(n)s MB，请降低拍摄分辨率后重新发送。") % {"n": self.limit // 1_000_000}

    def _too_big(self):
        return Response({"code": "too_big", "detail": self.too_big()}, status=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)


class PhotoView(UploadView):
    """Photo of a finding."""

    def keep(self, uuid, stream, *, sha256: str, size: int, by) -> dict:
        finding = Finding.objects.filter(uuid=uuid, reporter=by).first()
        if finding:
            if not smaller.stand_in(finding, self.replaces, stream, sha256=sha256, size=size, by=by, link=photos.link_sent):
                photos.attach(finding, stream, sha256=sha256, size=size, by=by)
            return of_finding(finding)
        kept = self.held(uuid, by=by)
        held.store_photo(kept, stream, sha256=sha256, size=size, by=by, replaces=self.replaces)
        return of_held(kept)


class VoiceView(UploadView):
    """Voice memo of a finding."""

    limit = MAX_VOICE_BYTES

    def keep(self, uuid, stream, *, sha256: str, size: int, by) -> dict:
        finding = Finding.objects.filter(uuid=uuid, reporter=by).first()
        if finding:
            voices.attach(finding, stream, sha256=sha256, size=size, by=by)
            return of_finding(finding)
        kept = self.held(uuid, by=by)
        held.store_voice(kept, stream, sha256=sha256, size=size, by=by)
        return of_held(kept)

    def broken_off(self) -> str:
        return _("录音没有传完，请重新发送。")

    def too_big(self) -> str:
        return _("录音超过 %(n)s MB，请分段录制。") % {"n": self.limit // 1_000_000}


class VisitPhotoView(UploadView):
    """Photo of a visit."""

    def keep(self, uuid, stream, *, sha256: str, size: int, by) -> dict:
        visit = Visit.objects.filter(uuid=uuid, person=by).exclude(received_at=None).first()
        if visit:
            if not smaller.stand_in(visit, self.replaces, stream, sha256=sha256, size=size, by=by, link=visit_photos.link_sent):
                visit_photos.attach(visit, stream, sha256=sha256, size=size, by=by)
            return {"photos_missing": visit_photos.missing(visit), "voices_missing": []}
        kept = self.held(uuid, by=by)
        held.store_photo(kept, stream, sha256=sha256, size=size, by=by, replaces=self.replaces)
        return of_held(kept)
