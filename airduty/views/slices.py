"""Lists that only grow, newest first, a slice at a time: the hundredth slice costs what the first one does."""

from django.db.models import QuerySet

SIZE = 50


def newest(queryset: QuerySet, request, *, size: int = SIZE) -> tuple[list, str]:
    """The rows older than ``?before=`` and the address of the next slice (empty at the end)."""
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        queryset = queryset.filter(pk__lt=int(before))
    rows = list(queryset.order_by("-pk")[: size + 1])
    if len(rows) <= size:
        return rows, ""
    query = request.GET.copy()
    query["before"] = str(rows[size - 1].pk)
    return rows[:size], f"?{query.urlencode()}"
