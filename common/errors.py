"""Refusals that services raise and that pages and the API translate. Wrong content is Django's ``ValidationError``."""

from django.core.exceptions import PermissionDenied


class Conflict(Exception):
    """Somebody else was faster, or the row has changed since it was read. Answered 409; ``extra`` goes into the JSON."""

    def __init__(self, message, *, code: str = "conflict", **extra):
        super().__init__(message)
        self.code = code
        self.extra = extra


class NotYourRole(PermissionDenied):
    """The row may be seen but the step is another role's. Answered 403 with the reason."""
