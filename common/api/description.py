"""What the OpenAPI description says of answers that are not only JSON."""

from drf_spectacular.types import OpenApiTypes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def also_as_sheet(rows) -> dict:
    """Answers of a list that ``?format=`` gives as a sheet too; a long one is made in the background (202)."""
    return {(200, "application/json"): rows, (200, "text/csv"): OpenApiTypes.STR, (200, XLSX): OpenApiTypes.BINARY, 202: OpenApiTypes.OBJECT}
