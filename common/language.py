"""The language of what is kept: history, audit and notices are read by others, so it never follows whoever was signed in."""

from django.conf import settings
from django.utils import translation


def official():
    """Texts made inside are in the product's first language."""
    return translation.override(settings.LANGUAGE_CODE)


def of(person):
    """Texts made inside are in the language this person has chosen."""
    return translation.override(person.language or settings.LANGUAGE_CODE)
