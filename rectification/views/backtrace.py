"""倒查 of a problem found from above: for office, 督查局 and leaders, each reading on record."""

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit.services import record
from common import clock
from inspections.models import Finding
from rectification.services import backtrace as services


@never_cache
@require_GET
@transaction.atomic
def backtrace(request, uuid):
    finding = get_object_or_404(Finding.objects.visible_to(request.user).select_related("problem_type", "field", "grid", "site"), uuid=uuid)
    services.insist(request.user, finding)
    if not services.is_traced(finding):
        raise Http404
    found = services.Backtrace(finding, request.user)
    page = render(request, "rectification/backtrace.html", {"trace": found, "finding": finding, "now": clock.now()})
    payload = {"finding": finding.pk, "number": finding.number}
    record("backtrace.read", "rectification.backtrace", by=request.user, district_id=finding.district_id, payload=payload)
    return page
