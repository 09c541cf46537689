"""Training: who has been trained, the courses, the bank of questions, entering a class."""

from functools import partial

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from common.errors import NotYourRole
from common.forms import add_refusal
from common.seen import look_again
from grids import scope, training
from grids.forms import training as forms
from grids.models import Course, Field, Grid, Post, Question
from grids.roles import OFFICE
from grids.services import training as services
from grids.views.frame import district_of, form_page, given, page_or_form, show_page

PAGE_SIZE = 50


def areas(request, district) -> Q:
    """Over ``grid__path``: the grids of the district whose people the reader looks after."""
    paths = scope.looked_after(request.user, district)
    if not paths:
        raise NotYourRole(_("培训情况由网格长、乡办、攻坚办和督查局查看。"))
    return scope.under(paths, "grid__path")


@require_GET
def overview(request):
    """People of the area one by one; ``?by=grid`` the figures of its grids."""
    district, today = district_of(request), clock.today()
    area = areas(request, district)
    form = forms.TrainingFilter(request.GET, towns=Grid.objects.visible_to(request.user).filter(parent=district).active(today))
    form.full_clean()
    wanted, by_grid = form.cleaned_data, request.GET.get("by") == "grid"
    if town := wanted.get("town"):
        area &= Q(grid__path__startswith=town.path)
    people = training.standing(training.on_post(area, today), today)
    counts = people.aggregate(**{word: Count("pk", filter=condition) for word, condition in training.WORDS.items()})
    shown = {"grids": grid_rows(area, today)} if by_grid else {"page": people_page(request, people, area, wanted, today)}
    context = {"form": form, "by_grid": by_grid, "chips": chips(counts, wanted)} | shown
    return show_page(request, "grids/training.html", district, may_enter=may_enter(request.user, district), **context)


def people_page(request, people, area: Q, wanted: dict, today):
    chosen = people.filter(training.WORDS[wanted["standing"]]) if wanted.get("standing") else people
    posts = Post.objects.current(today).filter(area).select_related("grid").order_by("grid__path")
    rows = chosen.prefetch_related(Prefetch("posts", queryset=posts, to_attr="places")).order_by("name", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for person in page:
        person.word = training.word(person)
    return page


def chips(counts: dict, wanted: dict) -> list[dict]:
    town = f"town={wanted['town'].pk}&" if wanted.get("town") else ""
    labels = dict(forms.STANDING)
    return [
        {
            "label": labels[word],
            "count": counts[word],
            "url": f"?{town}standing={word}",
            "active": wanted.get("standing") == word,
            "late": word in (training.NEVER, training.EXPIRED) and counts[word] > 0,
        }
        for word in training.WORDS
    ]


def grid_rows(area: Q, today) -> list[dict]:
    """Grids of the area with their figures; those with people on post."""
    rows = training.counted(Grid.objects.filter(pk__in=Post.objects.current(today).filter(area).values("grid")).active(today), today)
    return [
        {"grid": grid, "trained": training.percent(grid.trained, grid.on_post), "passed": training.percent(grid.passed, grid.tested)}
        for grid in rows.order_by("code")
    ]


def may_enter(user, district) -> bool:
    return scope.rights(user).in_district(district.pk, OFFICE)


def insist_keeper(user, district_id: int) -> None:
    if not scope.may_change_settings(user, district_id):
        raise NotYourRole(_("课程和题库由攻坚办主任或系统管理员维护。"))


# --- courses and bank ---------------------------------------------------------------------------------------------------------------
@require_GET
def courses(request):
    district = district_of(request)
    rows = Course.objects.visible_to(request.user).filter(district=district).select_related("field")
    bank = dict(Question.objects.active().filter(district=district).order_by().values_list("field").annotate(n=Count("pk")))
    shown = [{"course": course, "bank": bank.get(course.field_id, 0) if course.field_id else sum(bank.values())} for course in rows]
    return show_page(request, "grids/courses.html", district, rows=shown, may_enter=may_enter(request.user, district))


def course_page(request, course, title):
    form = given(request, partial(forms.CourseForm, instance=course))
    save = partial(saved, form, services.save_course, request.user)
    return form_page(request, form, save=save, title=title, back=f"/grids/training/courses/?district={course.district_id}")


def saved(form, service, by, **_values):
    """The form has filled its instance; the service checks and writes it."""
    service(form.instance, by=by, stood=form.stood)


@page_or_form
def course_new(request):
    district = district_of(request)
    insist_keeper(request.user, district.pk)
    return course_page(request, Course(district=district), _("新增课程"))


@page_or_form
@look_again
def course_edit(request, pk):
    course = get_object_or_404(Course.objects.visible_to(request.user), pk=pk)
    insist_keeper(request.user, course.district_id)
    return course_page(request, course, _("修改“%(name)s”") % {"name": course})


@require_GET
def bank(request):
    district = district_of(request)
    insist_keeper(request.user, district.pk)
    form = forms.BankFilter(request.GET, fields=Field.objects.visible_to(request.user).filter(district=district))
    form.full_clean()
    rows = Question.objects.visible_to(request.user).filter(district=district).select_related("field").order_by("field__position", "pk")
    rows = rows.filter(field=form.cleaned_data["field"]) if form.cleaned_data.get("field") else rows
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return show_page(request, "grids/questions.html", district, form=form, page=page)


@page_or_form
def question_new(request):
    district = district_of(request)
    insist_keeper(request.user, district.pk)
    return question_page(request, Question(district=district), _("新增题目"))


@page_or_form
@look_again
def question_edit(request, pk):
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    insist_keeper(request.user, question.district_id)
    return question_page(request, question, _("修改题目"))


def question_page(request, question, title):
    form = given(request, partial(forms.QuestionForm, instance=question))
    if request.method == "POST" and form.is_valid():
        try:
            services.save_question(form.instance, by=request.user, stood=form.stood)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            return redirect(f"/grids/training/questions/?field={question.field_id}")
    return render(request, "grids/question.html", {"form": form, "title": title}, status=400 if form.errors else 200)


# --- a class ------------------------------------------------------------------------------------------------------------------------
@page_or_form
def course_class(request, pk):
    course = get_object_or_404(Course.objects.visible_to(request.user).select_related("district"), pk=pk)
    if not may_enter(request.user, course.district):
        raise NotYourRole(_("集中培训由攻坚办登记。"))
    today = clock.today()
    people = training.on_post(Q(grid__district=course.district), today).order_by("name", "pk")
    initial = {"on": today, "hours": course.hours, "trainer": course.trainer}
    form = given(request, partial(forms.ClassForm, people=people, initial=initial))
    if request.method == "POST" and form.is_valid():
        try:
            services.record_class(course, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            return redirect("grids:training")
    posts = Post.objects.current(today).filter(grid__district=course.district).select_related("grid", "user").order_by("grid__path", "role")
    return render(request, "grids/class.html", {"form": form, "course": course, "groups": by_town(posts, form)}, status=400 if form.errors else 200)


def by_town(posts, form) -> list[dict]:
    """People once each, under the first township in which they have a post."""
    ticked = set(form.data.getlist("people")) if form.is_bound else set()
    towns: dict = {}
    seen: set = set()
    for post in posts:
        if post.user_id in seen or not post.user.is_active:
            continue
        seen.add(post.user_id)
        key = post.grid.path.split("/")[2]
        score = form.data.get(f"score_{post.user_id}", "") if form.is_bound else ""
        towns.setdefault(key, []).append({"post": post, "ticked": str(post.user_id) in ticked, "score": score})
    names = dict(Grid.objects.filter(pk__in=[key for key in towns if key]).values_list("pk", "name"))
    return [{"name": names.get(int(key), "") if key else "", "people": people} for key, people in towns.items()]
