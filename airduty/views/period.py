"""From one day to another, both included: a part of filters."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from common import clock
from grids.forms.fields import day_field


class Period(forms.Form):
    since = day_field(_("自"), required=False)
    until = day_field(_("至"), required=False)

    def span(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """The first moment of the period and the first after it, on Beijing clocks; None where nothing sensible was chosen."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return clock.at(since) if since else None, clock.at(until + dt.timedelta(days=1)) if until else None
