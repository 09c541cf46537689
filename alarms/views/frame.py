"""What the pages of alarms share: who may open them."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from alarms import access
from alarms.models import Alarm
from common.errors import insist


def alarm_of(request, uuid) -> Alarm:
    related = ("source", "site__organisation", "grid", "accepted_by", "finding")
    return get_object_or_404(Alarm.objects.visible_to(request.user).select_related(*related), uuid=uuid)


def insist_operator(request) -> int:
    district_id = access.operating_district(request.user)
    insist(district_id is not None, _("报警由攻坚办值守员登记和研判。"))
    return district_id


def insist_keeper(request, district_id: int | None = None) -> None:
    insist(access.keeps_sources(request.user, district_id), _("设备和报警规则由攻坚办主任或系统管理员维护。"))


def insist_reader(request) -> None:
    insist(access.reads_sources(request.user), _("设备接入只对攻坚办、督查局、区领导和系统管理员开放。"))
