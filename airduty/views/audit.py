"""The record of acts, for auditors."""

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Max, Q
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from airduty import acts
from airduty.views.period import Period
from airduty.views.slices import newest
from audit import canonical
from audit.models import Anchor, AuditEvent, Verification
from common.errors import NotYourRole
from grids.models import Grid
from grids.scope import audited_districts

PEOPLE_AT_MOST = 200


class EventFilter(Period):
    district = forms.TypedChoiceField(label=_("区域"), coerce=int, empty_value=None, required=False)
    action = forms.ChoiceField(label=_("动作"), choices=acts.choices, required=False)
    person = forms.CharField(label=_("人员"), max_length=60, required=False)
    object = forms.CharField(label=_("对象"), max_length=201, required=False)
    field_order = ["district", "action", "person", "object", "since", "until"]

    def __init__(self, *args, districts: dict[int, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["district"].choices = [("", _("全部")), *districts.items()]

    def apply(self, events):
        self.full_clean()
        wanted, (start, end) = self.cleaned_data, self.span()
        lookups = {
            "district_id": wanted.get("district"),
            "ts__gte": start and canonical.moment(start),
            "ts__lt": end and canonical.moment(end),
        }
        events = events.filter(**{name: value for name, value in lookups.items() if value not in (None, "")})
        return _about(_by(_done(events, wanted.get("action")), wanted.get("person")), wanted.get("object"))


def _done(events, act: str | None):
    """One act, or all of a kind."""
    if not act:
        return events
    return events.filter(action=act) if "." in act else events.filter(Q(action=act) | Q(action__startswith=f"{act}."))


def _by(events, name: str | None):
    """Acts of people of this name today, and of those who bore it then."""
    if not name:
        return events
    people = get_user_model().objects.filter(Q(name__contains=name) | Q(username=name)).values_list("pk", flat=True)[:PEOPLE_AT_MOST]
    return events.filter(Q(actor_id__in=list(people)) | Q(actor_name=name))


def _about(events, thing: str | None):
    """ "inspections.Finding 12", or one of the two."""
    for word in (thing or "").split()[:2]:
        events = events.filter(object_type=word) if "." in word or not word.isdigit() else events.filter(object_id=word)
    return events


@require_GET
def events(request):
    if not audited_districts(request.user):
        raise NotYourRole(_("审计记录仅供审计员查阅。"))
    visible = AuditEvent.objects.visible_to(request.user)
    heads = list(_heads(visible))
    districts = _names({head.district_id for head in heads})
    form = EventFilter(request.GET, districts=districts)
    rows, following = newest(form.apply(visible), request)
    for event in rows:
        event.district_name = districts.get(event.district_id, "")
        event.act, event.outcome, event.thing = acts.label(event.action), acts.result(event.result), acts.thing(event.object_type)
        event.actor = acts.actor(event)
    context = {
        "form": form,
        "events": rows,
        "following": following,
        "heads": [{"district": districts[head.district_id], "seq": head.seq, "hash": head.hash} for head in heads],
        "verification": Verification.objects.order_by("-finished_at").first(),
        "anchor": Anchor.objects.filter(district_id__in=districts).order_by("-ts").first(),
    }
    return render(request, "audit/events.html", context)


def _heads(visible):
    return AuditEvent.objects.filter(pk__in=visible.values("district_id").annotate(last=Max("id")).values("last")).order_by("district_id")


def _names(ids: set[int]) -> dict[int, str]:
    names = dict(Grid.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {pk: names.get(pk) or (str(_("系统")) if pk == 0 else str(pk)) for pk in sorted(ids)}
