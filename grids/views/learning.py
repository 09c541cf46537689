"""Training on the phone (/m/training/): my certificates, the courses, a test taken with one hand."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import clock
from common.errors import Conflict
from grids.models import Course, TestPaper, TrainingRecord
from grids.services import training as services


@never_cache
@require_GET
def home(request):
    courses = Course.objects.visible_to(request.user).active().select_related("field")
    records = TrainingRecord.objects.filter(user=request.user).select_related("course")
    return render(request, "mobile/training.html", {"courses": courses, "records": records[:30], "today": clock.today()})


def the_course(request, pk) -> Course:
    return get_object_or_404(Course.objects.visible_to(request.user).active(), pk=pk)


@never_cache
@require_GET
def course(request, pk):
    found = the_course(request, pk)
    records = TrainingRecord.objects.filter(user=request.user, course=found)
    return render(request, "mobile/course.html", {"course": found, "records": records[:10], "today": clock.today()})


@require_POST
def begin(request, pk):
    found = the_course(request, pk)
    try:
        drawn = services.begin_test(found, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("mobile_training:course", pk)
    return redirect("mobile_training:paper", drawn.pk)


@never_cache
@require_http_methods(["GET", "POST"])
def paper(request, pk):
    found = get_object_or_404(TestPaper.objects.select_related("course", "record"), pk=pk, user=request.user)
    if found.handed_in_at and request.method == "GET":
        return render(request, "mobile/paper_result.html", {"paper": found, "lines": marked(found)})
    if request.method == "GET":
        return render(request, "mobile/paper.html", {"paper": found, "questions": asked(found, []), "missing": 0})
    given = answers(request, found)
    missing = sum(not chosen for chosen in given)
    if missing and not found.handed_in_at:
        return render(request, "mobile/paper.html", {"paper": found, "questions": asked(found, given), "missing": missing}, status=400)
    try:
        services.hand_in(found, given, by=request.user)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    return redirect("mobile_training:paper", pk)


def answers(request, found) -> list[list[int]]:
    """What was chosen, question by question; positions that do not exist are left out."""
    given = []
    for n, question in enumerate(found.sheet):
        sent = [int(each) for each in request.POST.getlist(f"q{n}") if each.isascii() and each.isdigit() and len(each) < 3]
        given.append(sorted({each for each in sent if each < len(question["options"])}))
    return given


def asked(found, given) -> list[dict]:
    return [
        {
            "name": f"q{n}",
            "text": question["text"],
            "several": len(question["answers"]) > 1,
            "options": [{"n": k, "text": text, "on": bool(given) and k in given[n]} for k, text in enumerate(question["options"])],
            "missing": bool(given) and not given[n],
        }
        for n, question in enumerate(found.sheet)
    ]


def marked(found) -> list[dict]:
    return [
        {
            "text": question["text"],
            "right": sorted(chosen) == question["answers"],
            "answers": [question["options"][n] for n in question["answers"]],
            "given": [question["options"][n] for n in chosen],
            "explanation": question["explanation"],
        }
        for question, chosen in zip(found.sheet, found.given, strict=True)
    ]
