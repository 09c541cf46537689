"""Rows held until the transaction ends."""

from django.db.models import QuerySet


def hold_rows(rows: QuerySet) -> list[int]:
    """Lock them in the order of their keys, so that two who want the same ones do not wait for each other; the keys."""
    return list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
