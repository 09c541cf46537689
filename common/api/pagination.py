from rest_framework import pagination


class CursorPagination(pagination.CursorPagination):
    """Pages that cost the same at any depth; newest first."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200
