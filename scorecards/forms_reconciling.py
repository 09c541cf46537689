"""Forms of reconciling and of matching lists from above. They give clean values; services save."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common import clock
from common.forms import Lines, SeenForm
from grids.forms.fields import day_field, offer
from grids.models import Grid
from inspections.forms import TypeField
from inspections.models import Finding, ProblemType
from inspections.words import FROM_ABOVE, ON_LEDGER, Source
from scorecards.forms_papers import Papers
from scorecards.models import Dispute, MatchRow, ReconcilingRule
from scorecards.words import DisputeKind, DisputeState, MatchResult, SheetKind, SheetState, Weekday

MAY_STRIKE = [*sorted(FROM_ABOVE), Source.COMPLAINT, Source.PETITION, Source.MEDIA, Source.LEADER]
"""Whose lists are laid beside ours."""


class BoardForm(forms.Form):
    """Filters of the office's board; everything stands in the address."""

    kind = forms.ChoiceField(label=_("类别"), required=False, choices=SheetKind.choices)
    period = forms.ChoiceField(label=_("对账期"), required=False)
    state = forms.ChoiceField(required=False, choices=[("", ""), *SheetState.choices], widget=forms.HiddenInput)

    def __init__(self, *args, periods, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = periods


class DisputeForm(forms.Form):
    what = forms.ChoiceField(
        label=_("异议事项"), choices=DisputeKind.choices, widget=forms.RadioSelect, error_messages={"required": _("请选择对什么有异议。")}
    )
    reason = forms.CharField(
        label=_("理由"), max_length=500, widget=Lines(attrs={"rows": 4}), help_text=_("写清依据，例如文号、办结时间、应由谁办。")
    )
    evidence = Papers(label=_("佐证材料"))


class DecideForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("结论"),
        widget=forms.RadioSelect,
        choices=[("accept", DisputeState.ACCEPTED.label), ("decline", DisputeState.DECLINED.label)],
        error_messages={"required": _("请选择异议成立，还是维持原状。")},
    )
    decision = forms.CharField(
        label=_("处理说明或理由"),
        max_length=500,
        widget=Lines(attrs={"rows": 4}),
        help_text=_("成立的写明怎样处理，维持原状的写明理由；承办单位会看到。"),
    )
    superior_due_on = day_field(_("更正上级期限为"), required=False)
    grid = forms.ModelChoiceField(Grid.objects.none(), label=_("更正所属网格为"), required=False, empty_label=_("不更正"))
    problem_type = TypeField(ProblemType.objects.none(), label=_("更正问题类型为"), required=False, empty_label=_("不更正"))
    CORRECTIONS = ("superior_due_on", "grid", "problem_type")

    def __init__(self, *args, dispute: Dispute, **kwargs):
        super().__init__(*args, **kwargs)
        self.finding = dispute.finding
        if self.finding.state not in ON_LEDGER:
            for name in self.CORRECTIONS:
                del self.fields[name]
            return
        district = dispute.reconciliation.district_id
        offer(self, "grid", Grid.objects.filter(district_id=district, parent__isnull=False).active(clock.today()))
        offer(self, "problem_type", ProblemType.objects.filter(district_id=district).offered())

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("verdict") == "decline":
            for name in self.CORRECTIONS:
                if cleaned.get(name):
                    self.add_error(name, _("维持原状时不更正台账；请清空这一项，或改为“异议成立”。"))
        return cleaned

    @property
    def corrected(self) -> dict:
        """Columns of the finding to be put right."""
        found = {name: self.cleaned_data[name] for name in ("grid", "problem_type") if self.cleaned_data.get(name)}
        if due_on := self.cleaned_data.get("superior_due_on"):
            found["superior_due_at"] = clock.end_of(due_on)
        if problem_type := found.get("problem_type"):
            found["field"] = problem_type.field
        return {name: value for name, value in found.items() if value != getattr(self.finding, name)}


class RuleForm(SeenForm):
    is_weekly = forms.BooleanField(label=_("每周对账"), required=False)
    weekday = forms.TypedChoiceField(label=_("每周对账日"), choices=Weekday.choices, coerce=int)
    opens_at = forms.TimeField(label=_("开单时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    due_weekday = forms.TypedChoiceField(label=_("截止日"), choices=Weekday.choices, coerce=int, help_text=_("遇休息日顺延到下一个工作日。"))
    due_at = forms.TimeField(label=_("截止时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    monthly_days = forms.IntegerField(
        label=_("月度对账期限（工作日）"), min_value=1, max_value=20, help_text=_("每月1日09:00、上月计分卡生成之后开单，从开单次日起算。")
    )

    def __init__(self, *args, rule: ReconcilingRule, **kwargs):
        names = ("is_weekly", "weekday", "opens_at", "due_weekday", "due_at", "monthly_days")
        super().__init__(*args, initial={name: getattr(rule, name) for name in names}, **kwargs)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("weekday") is not None and cleaned.get("weekday") == cleaned.get("due_weekday"):
            self.add_error("due_weekday", _("截止日不能与对账日是同一天，请给单位留出核对时间。"))
        return cleaned


# --- lists from above ---------------------------------------------------------------------------------------------------------------
class ListForm(forms.Form):
    name = forms.CharField(
        label=_("清单名称"),
        max_length=80,
        help_text=_("同一份清单以后再传时用同样的名称，平台会列出两次之间的变化。"),
        widget=forms.TextInput(attrs={"list": "list-names"}),
    )
    source = forms.ChoiceField(label=_("清单的问题来源"), choices=[(Source(each).value, Source(each).label) for each in MAY_STRIKE])
    file = forms.FileField(label=_("清单文件"), help_text=_(".xlsx 或 .csv，不超过 5 MB、20,000 行"), allow_empty_file=True)
    file.widget.attrs["accept"] = ".xlsx,.csv"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].initial = Source.CITY_INSPECTION


class RegisterRowForm(forms.Form):
    problem_type = TypeField(ProblemType.objects.none(), label=_("问题类型"), empty_label=_("请选择"))
    grid = forms.ModelChoiceField(Grid.objects.none(), label=_("所属网格"), required=False, empty_label=_("暂不确定"))
    not_same = forms.BooleanField(label=_("附近的同类在办问题不是同一件"), required=False)

    def __init__(self, *args, row: MatchRow, **kwargs):
        super().__init__(*args, **kwargs)
        district = row.list_match.district_id
        offer(self, "problem_type", ProblemType.objects.filter(district_id=district).offered())
        offer(self, "grid", Grid.objects.filter(district_id=district, parent__isnull=False).active(clock.today()))


class OfRowForm(forms.Form):
    """``version``: of the row as the person read it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, row: MatchRow, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = row.version


class RematchForm(OfRowForm):
    """Which of ours it is, by its number; or none."""

    ours = forms.CharField(label=_("本区编号"), max_length=60, required=False, help_text=_("填本区台账编号或上级编号。"))
    none = forms.BooleanField(label=_("本区台账没有这一件"), required=False)
    note = forms.CharField(label=_("说明"), max_length=300, required=False)

    def __init__(self, *args, row: MatchRow, user, **kwargs):
        super().__init__(*args, row=row, **kwargs)
        self.ledger = Finding.objects.visible_to(user).filter(district_id=row.list_match.district_id, is_sealed=False)

    def clean(self):
        cleaned = super().clean()
        written = (cleaned.get("ours") or "").strip()
        if bool(written) == bool(cleaned.get("none")):
            self.add_error("ours", _("请填写本区编号，或勾选“本区台账没有这一件”，二者选一。"))
            return cleaned
        cleaned["finding"] = self._found(written) if written else None
        return cleaned

    def _found(self, written: str) -> Finding | None:
        found = self.ledger.filter(number=written).first() or self.ledger.filter(superior_number=written).order_by("-pk").first()
        if found is None:
            self.add_error("ours", _("台账里没有编号“%(number)s”，请核对后重填。") % {"number": written})
        return found


class NoteForm(OfRowForm):
    note = forms.CharField(label=_("要向上级核对什么"), max_length=300, widget=Lines(attrs={"rows": 2}))


class RowsForm(forms.Form):
    """Filter of a list's rows."""

    result = forms.ChoiceField(required=False, choices=[("", ""), *MatchResult.choices], widget=forms.HiddenInput)
    handled = forms.ChoiceField(label=_("处理"), required=False, choices=[("", _("全部")), ("no", _("未处理")), ("yes", _("已处理"))])
    q = forms.CharField(label=_("编号、描述或位置"), required=False, max_length=60)
