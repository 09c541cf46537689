"""The portal's addresses and an import page that writes people's names, as an owner would have it."""

from django.core.exceptions import ValidationError
from django.urls import include, path

from accounts.models import User
from airduty.urls import urlpatterns as portal
from sheets.import_page import ImportPage, respond
from sheets.reading import Column

COLUMNS = [Column("username", "登录名", required=True), Column("name", "姓名", required=True), Column("phone", "电话", kind="phone")]


def apply_row(row):
    if row.values["name"] == "禁用":
        raise ValidationError({"name": "这个名字不能用"})
    person, created = User.objects.update_or_create(
        username=row.values["username"], defaults={"name": row.values["name"], "phone": row.values["phone"] or ""}
    )
    return "created" if created else "updated"


def people(request):
    return respond(request, ImportPage("导入人员", "people", COLUMNS, apply_row, "/back/", district_id=7))


urlpatterns = [*portal, path("try/people/", people, name="try_people"), path("try/sheets/", include("sheets.urls"))]
