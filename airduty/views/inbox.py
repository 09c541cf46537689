"""What people are told: one's own inbox, and for the office who was told what, when, by what and why not."""

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from airduty.views.period import Period
from airduty.views.slices import newest
from notices import services
from notices.channels import available, web_push
from notices.models import Channel, Notice, Outcome, State
from notices.words import PERSONAL, REACHED

ALL = ("", _("全部"))
TONES = {State.SENT: "done", State.DEAD: "late", State.RETRY: "soon", State.CANCELLED: "off"}
COUNTED_UP_TO = 1000


class OutboxFilter(Period):
    state = forms.ChoiceField(label=_("状态"), choices=[ALL, *State.choices], required=False)
    channel = forms.ChoiceField(label=_("渠道"), choices=[ALL, *Channel.choices], required=False)
    outcome = forms.ChoiceField(label=_("回执"), choices=[ALL, *Outcome.choices], required=False)
    person = forms.CharField(label=_("收件人"), max_length=60, required=False)
    field_order = ["state", "channel", "outcome", "person", "since", "until"]

    def apply(self, notices):
        """Fields that make no sense are left out; the form says so beside them."""
        self.full_clean()
        wanted, (start, end) = self.cleaned_data, self.span()
        lookups = {
            "state": wanted.get("state"),
            "channel": wanted.get("channel"),
            "outcome": wanted.get("outcome"),
            "created_at__gte": start,
            "created_at__lt": end,
        }
        name = wanted.get("person")
        who = Q(recipient__name__contains=name) | Q(robot__name__contains=name) if name else Q()
        return notices.filter(who, **{name: value for name, value in lookups.items() if value})


@require_GET
def inbox(request):
    mine = Notice.objects.for_person(request.user)
    only_unopened = request.GET.get("unopened") == "1"
    rows, following = newest(mine.unopened() if only_unopened else mine, request)
    context = {"notices": rows, "following": following, "only_unopened": only_unopened, "unopened": mine.unopened().count()} | {
        "push": web_push.is_available()
    }
    return render(request, "notices/inbox.html", context)


@require_POST
def open_one(request, pk):
    notice = get_object_or_404(Notice.objects.for_person(request.user), pk=pk)
    services.open_notice(notice, by=request.user)
    inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(notice.url) if inside else redirect("notices:inbox")


@require_POST
def open_all(request):
    services.mark_all_opened(by=request.user)
    return redirect("notices:inbox")


@require_GET
def outbox(request):
    visible = Notice.objects.visible_to(request.user)
    form = OutboxFilter(request.GET)
    rows, following = newest(form.apply(visible).select_related("recipient", "robot"), request)
    for notice in rows:
        notice.tone = TONES.get(notice.state, "")
        notice.outcome_tone = "done" if notice.outcome in REACHED else "soon"
    context = {
        "form": form,
        "notices": rows,
        "following": following,
        "dead": visible.dead()[:COUNTED_UP_TO].count(),
        "stub": settings.STUB_GATEWAY_URL,
        "closed_channels": [channel.label for channel in PERSONAL if channel not in available()],
    }
    return render(request, "notices/outbox.html", context)
