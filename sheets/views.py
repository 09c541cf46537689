from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from evidence.serving import answer
from sheets import files, services
from sheets.models import Job


@require_GET
def jobs(request):
    page = Paginator(Job.objects.visible_to(request.user), 20).get_page(request.GET.get("page"))
    return render(request, "sheets/jobs.html", {"page": page})


@require_GET
def job(request, pk):
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    context = {"job": found, "file_there": files.path_of(found.result_path) is not None, "slow": found.waits_long}
    return render(request, "sheets/_job.html" if request.htmx else "sheets/job.html", context)


@require_GET
def download(request, pk):
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk, state=Job.State.DONE)
    try:
        path = services.download(found, by=request.user)
    except ValidationError as gone:
        messages.error(request, gone.message)
        return redirect("sheets:job", pk=pk)
    name = files.safe_name(found.result_name)
    return answer(path, mime=services.MIME.get(path.suffix, "application/octet-stream"), name=name, attachment=True)
