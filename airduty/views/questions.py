"""Taking questions of the training's bank from a workbook."""

from django.urls import reverse
from django.utils.translation import gettext as _

from airduty.questions import Bank, columns
from grids.models import Field
from grids.services.history import check_keeper
from grids.views.frame import district_of, page_or_form
from sheets.import_page import ImportPage, respond


@page_or_form
def question_import(request):
    district = district_of(request)
    check_keeper(request.user, district.pk)
    fields = Field.objects.visible_to(request.user).filter(district=district)
    bank = Bank(district, by=request.user)
    return respond(request, ImportPage(_("导入测试题"), "questions", columns(fields), bank.apply, reverse("grids:questions"), district.pk))
