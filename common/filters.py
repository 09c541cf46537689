"""Filters that several lists have: a row named by its key, as pages send it, or by its code, as programs do."""

import django_filters
from django import forms
from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field


class KeyOrCodeField(forms.ModelChoiceField):
    """A row by its key (as pages send it) or by its code (as programs do)."""

    words: tuple[str, ...] = ("code",)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        text = str(value)
        try:
            found = self.queryset.filter(self._named(text)).first()
        except ValueError:
            found = None
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": text[:40]})
        return found

    def _named(self, text: str) -> Q:
        by_key = Q(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else Q(pk__in=())
        for word in self.words:
            by_key |= Q(**{word: text})
        return by_key


class OrganisationField(KeyOrCodeField):
    words = ("name", "short_name")


@extend_schema_field(OpenApiTypes.STR)
class KeyOrCodeFilter(django_filters.ModelChoiceFilter):
    field_class = KeyOrCodeField


@extend_schema_field(OpenApiTypes.STR)
class OrganisationFilter(django_filters.ModelChoiceFilter):
    field_class = OrganisationField
