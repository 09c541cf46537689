"""All that a phone keeps after signing in, in one answer (design 6: lists, checklists and tasks are cached, page bodies never)."""

import hashlib
import json

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from common import clock
from inspections.services import bundle


class BundleView(APIView):
    @extend_schema(responses={200: OpenApiTypes.OBJECT, 304: None})
    def get(self, request):
        """What this person may see and needs without a network. ``If-None-Match`` with the ``ETag`` of last time: 304 while nothing has changed."""
        content = bundle.of(request.user)
        tag = f'"{digest(content)}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-store"}
        if tag in [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]:
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response({"v": 1, "made_at": clock.now(), **content}, headers=headers)


def digest(content: dict) -> str:
    return hashlib.sha256(json.dumps(content, cls=JSONEncoder, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]
