"""Pages of rectification."""

from django.shortcuts import get_object_or_404, render

from inspections.models import Finding


def finding(request, uuid):
    """A problem whole: state, the clocks of each party, the steps open to me, evidence, timeline."""
    row = get_object_or_404(Finding.objects.visible_to(request.user), uuid=uuid)
    return render(request, "rectification/finding.html", {"finding": row})
