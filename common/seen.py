"""Two people with the same row before them: what ``SeenForm`` checks without a lock is checked once more under it."""

from functools import wraps

from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from common.errors import Conflict


def held_as_seen(rows: QuerySet, stood: dict | None):
    """The one of ``rows`` as it is now, locked until commit; None where there is none.

    ``stood``: its columns when the form was checked (``SeenForm.stood``); others by now are a ``Conflict``.
    """
    now = rows.select_for_update(of=("self",)).first()
    if now and stood is not None and model_to_dict(now, fields=list(stood)) != stood:
        raise Conflict(_("内容刚被别人修改，请核对后再保存。"), code="stale")
    return now


def look_again(view):
    """Dress of a view with a ``SeenForm``: after a ``Conflict`` the row is read anew, and the form says what has happened."""

    @wraps(view)
    def looking(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Conflict:
            return view(request, *args, **kwargs)

    return looking
