"""What the OpenAPI description says of answers that are not only JSON."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from common.media_types import XLSX


def list_or_sheet(serializer):
    """Describe the ``get`` of a list that ``?format=`` gives as a sheet too; a long one is made in the background (202)."""
    sheets = {(200, "text/csv"): OpenApiTypes.STR, (200, XLSX): OpenApiTypes.BINARY}
    return extend_schema(
        parameters=[OpenApiParameter("format", OpenApiTypes.STR, enum=["json", "csv", "xlsx"])],
        responses={(200, "application/json"): serializer(many=True), **sheets, 202: OpenApiTypes.OBJECT},
    )
