from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination, _positive_int
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from inspections import keyset


class KeysetPagination(BasePagination):
    """The ledger's own slices, also when sorted by a column with empty cells. ``ordering``: id, received_at, due_at, number, with - the other way."""

    max_page_size, page_size = 200, 20

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        ordering = keyset.known(request.query_params.get("ordering", ""))
        cursor = request.query_params.get("cursor", "")
        if cursor and keyset.read(cursor, ordering=ordering) is None:
            raise NotFound(_("翻页位置无效，请从第一页开始。"))
        self.slice = keyset.cut(queryset, ordering=ordering, cursor=cursor, size=self._size(request))
        return self.slice.rows

    def _size(self, request) -> int:
        try:
            return _positive_int(request.query_params.get("page_size", ""), strict=True, cutoff=self.max_page_size)
        except ValueError:
            return self.page_size

    def get_paginated_response(self, data):
        return Response({"next": self._address(self.slice.next), "previous": self._address(self.slice.previous), "results": data})

    def _address(self, cursor: str) -> str | None:
        address = self.request.build_absolute_uri()
        return replace_query_param(remove_query_param(address, "cursor"), "cursor", cursor) if cursor else None

    def get_paginated_response_schema(self, schema):
        address = {"type": "string", "format": "uri", "nullable": True}
        return {"type": "object", "required": ["results"], "properties": {"next": address, "previous": address, "results": schema}}

    def get_schema_operation_parameters(self, view):
        text = {"in": "query", "required": False, "schema": {"type": "string"}}
        return [
            text | {"name": "cursor"},
            text | {"name": "ordering"},
            {"name": "page_size", "in": "query", "required": False, "schema": {"type": "integer"}},
        ]
