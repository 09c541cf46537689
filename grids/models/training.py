"""Training (domain 2.7): courses, a bank of questions per field, tests taken and who has been trained until when."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models.people import Post
from grids.models.structure import Field, Grid


class OfDistrictQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody of the district: who keeps a grid must be able to learn."""
        return self.filter(district_id__in=scope.rights(user).district_ids)

    def active(self):
        return self.filter(is_active=True)


class Course(models.Model):
    """What people are taught, and how their test is made: ``questions`` drawn from the bank of the field, of all fields without one."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="courses")
    field = models.ForeignKey(Field, models.PROTECT, null=True, blank=True, related_name="courses", verbose_name=_("专项领域"))
    name = models.CharField(_("课程名称"), max_length=80)
    hours = models.DecimalField(_("学时"), max_digits=4, decimal_places=1, default=1)
    trainer = models.CharField(_("授课人或单位"), max_length=60, blank=True)
    content = models.TextField(_("学习内容"), blank=True)
    valid_months = models.PositiveSmallIntegerField(_("证书有效月数"), default=12, help_text=_("0 表示长期有效。"))
    questions = models.PositiveSmallIntegerField(_("在线测试题数"), default=10, help_text=_("0 表示没有在线测试。"))
    pass_score = models.PositiveSmallIntegerField(_("合格分数"), default=80)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = OfDistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("培训课程")
        verbose_name_plural = _("培训课程")
        ordering = ["field__position", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "name"], name="course_name_unique_in_district"),
            models.CheckConstraint(condition=Q(pass_score__lte=100), name="course_pass_score_to_100"),
        ]

    def __str__(self):
        return self.name


class Question(models.Model):
    """``options`` a list of texts, ``answers`` the positions of the right ones (one, or several)."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    field = models.ForeignKey(Field, models.PROTECT, related_name="questions", verbose_name=_("专项领域"))
    text = models.CharField(_("题目"), max_length=300)
    options = models.JSONField(_("选项"))
    answers = models.JSONField(_("正确选项"))
    explanation = models.CharField(_("说明"), max_length=300, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = OfDistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("测试题")
        verbose_name_plural = _("测试题")
        ordering = ["field__position", "id"]
        constraints = [models.UniqueConstraint(fields=["field", "text"], name="question_once_in_field")]

    def __str__(self):
        return self.text

    def clean(self):
        if not 2 <= len(self.options) <= 8 or len(set(self.options)) != len(self.options):
            raise ValidationError(_("选项须有二至八个，且互不相同。"), code="options")
        if not self.answers or not set(self.answers) <= set(range(len(self.options))) or len(self.answers) == len(self.options):
            raise ValidationError(_("至少一个选项正确，至少一个选项不正确。"), code="answers")

    @property
    def lines(self) -> list[tuple[str, bool]]:
        """Each option and whether it is right."""
        return [(option, n in self.answers) for n, option in enumerate(self.options)]


class TrainingRecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; of people with a post at or under a grid of theirs. How somebody did in a test concerns nobody else."""
        found = scope.rights(user)
        posts = Post.objects.filter(scope.under(found.paths, "grid__path"))
        return self.filter(Q(user=user) | Q(user__in=posts.values("user")))

    def since(self, day):
        return self.filter(on__gte=day)

    def valid(self, day):
        """Passed, and the certificate still runs that day."""
        return self.filter(passed=True).filter(Q(certificate_until=None) | Q(certificate_until__gte=day))


class TrainingRecord(models.Model):
    """One person has been taught one course. ``score`` is empty when nobody tested them: then having been there counts."""

    class Source(models.TextChoices):
        CLASS = "class", _("集中授课")
        ONLINE = "online", _("在线测试")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, related_name="records", verbose_name=_("课程"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="training_records", verbose_name=_("人员"))
    on = models.DateField(_("日期"))
    hours = models.DecimalField(_("学时"), max_digits=4, decimal_places=1)
    trainer = models.CharField(_("授课人或单位"), max_length=60, blank=True)
    score = models.PositiveSmallIntegerField(_("得分"), null=True, blank=True)
    passed = models.BooleanField(_("合格"))
    certificate_until = models.DateField(_("证书有效至"), null=True, blank=True)
    source = models.CharField(_("方式"), max_length=10, choices=Source)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人"))
    made_at = models.DateTimeField()

    objects = TrainingRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("培训记录")
        verbose_name_plural = _("培训记录")
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(score=None) | Q(score__lte=100), name="training_score_to_100"),
            models.CheckConstraint(condition=Q(source__in=["class", "online"]), name="training_source_known"),
            models.UniqueConstraint(fields=["course", "user", "on"], condition=Q(source="class"), name="training_class_once_a_day"),
        ]
        indexes = [
            models.Index(fields=["user", "-on"], name="training_of_person"),
            models.Index(fields=["district", "certificate_until"], name="training_expiry"),
        ]

    def __str__(self):
        return f"{self.user} · {self.course} · {self.on}"


class TestPaper(models.Model):
    """A test as it was drawn and answered: ``sheet`` is a list of {id, text, options, answers, explanation}, ``given`` a list of lists of positions."""

    __test__ = False  # not one of pytest's

    course = models.ForeignKey(Course, models.PROTECT, related_name="papers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="test_papers")
    sheet = models.JSONField()
    given = models.JSONField(null=True)
    begun_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    record = models.OneToOneField(TrainingRecord, models.PROTECT, null=True, related_name="paper")

    class Meta:
        verbose_name = _("试卷")
        verbose_name_plural = _("试卷")
        constraints = [models.UniqueConstraint(fields=["course", "user"], condition=Q(handed_in_at=None), name="one_open_paper_per_course")]
