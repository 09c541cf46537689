"""Addresses at which a step is taken."""

from functools import wraps

from django.core.exceptions import ValidationError
from django.forms import CharField
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods


def taken_from(page: str, *keys: str):
    """For a view that takes a step by POST. A form that came back stands at the step's own address, and who has to sign in again is sent there:
    opened, it leads to ``page``, which bears the form. ``keys``: which words of the address that page takes.
    """

    def of_view(view):
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def step(request, **named):
            return view(request, **named) if request.method == "POST" else redirect(page, *(named[key] for key in keys))

        return step

    return of_view


def clean_of(form) -> dict:
    """What a step takes from its form. ``ValidationError`` with the form's own reasons when it is wrong: nothing typed is left out in silence."""
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    return form.cleaned_data


def typed(form) -> list[str]:
    """What was written into a form that cannot be sent any more, so that it can be copied from the page."""
    fields = [field for field in form.visible_fields() if isinstance(field.field, CharField)]
    return [words for field in fields if (words := str(field.value() or "").strip())]
