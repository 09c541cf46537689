"""What the views of steps share."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import Conflict
from grids.scope import for_the_campaign

READ = ["GET", "HEAD", "POST"]


def page(view):
    """A page that also takes its own form."""
    return require_http_methods(READ)(for_the_campaign(view))


def step(view):
    """A step taken by a button: opened as an address it leads to the overview, refused it goes back with the reason."""

    @require_http_methods(READ)
    @for_the_campaign
    @wraps(view)
    def taken(request, **named):
        if request.method != "POST":
            return redirect("emergency:overview")
        return view(request, **named)

    return taken


def attempt(request, act, *, done="") -> bool:
    """Do it, and say what came of it."""
    try:
        act()
    except ValidationError as refused:
        messages.error(request, _("；").join(refused.messages))
    except Conflict as lost:
        messages.error(request, str(lost))
    else:
        if done:
            messages.success(request, done)
        return True
    return False
