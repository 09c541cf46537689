"""By which ways people and groups are reached: what this deployment has, what is missing, and the district's robots."""

from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from airduty.forms_robots import RobotEditForm, RobotForm
from common.errors import insist
from common.seen import look_again
from grids import scope
from grids.views.frame import district_of, form_page, given, page_or_form, show_page
from notices.channels import ALL
from notices.models import Robot
from notices.services import robots as services
from notices.words import PERSONAL, Channel

MISSING = {
    Channel.EMAIL: "EMAIL_HOST",
    Channel.SMS: "SMS_WEBHOOK_URL",
    Channel.VOICE: "VOICE_WEBHOOK_URL",
    Channel.WEB_PUSH: "WEB_PUSH_PUBLIC_KEY、WEB_PUSH_PRIVATE_KEY",
}
"""The setting without which a way is closed."""


def check_keeper(request, district_id) -> None:
    insist(scope.may_change_settings(request.user, district_id), _("通知渠道由攻坚办主任和系统管理员维护。"))


@require_GET
def channels(request):
    district = district_of(request)
    check_keeper(request, district.pk)
    robots = Robot.objects.visible_to(request.user).filter(district_id=district.pk).order_by("-is_active", "name")
    context = {"ways": [way_of(channel) for channel in PERSONAL], "robots": robots, "stub": settings.STUB_GATEWAY_URL, "receipts": receipts()}
    return show_page(request, "notices/channels.html", district, **context)


def way_of(channel: Channel) -> dict:
    where = {Channel.EMAIL: settings.EMAIL_HOST, Channel.SMS: host(settings.SMS_WEBHOOK_URL), Channel.VOICE: host(settings.VOICE_WEBHOOK_URL)}
    return {"label": channel.label, "is_open": ALL[channel].is_available(), "where": where.get(channel, ""), "missing": MISSING.get(channel, "")}


def host(address: str) -> str:
    return urlsplit(address).netloc.rpartition("@")[2]


def receipts() -> dict:
    return {"is_open": bool(settings.GATEWAY_RECEIPT_TOKEN), "url": reverse("api_receipts")}


@page_or_form
def robot_new(request):
    district = district_of(request)
    check_keeper(request, district.pk)
    form = given(request, RobotForm, instance=Robot(district_id=district.pk))
    save = partial(services.create, district_id=district.pk, by=request.user)
    return form_page(request, form, save=save, title=_("新增群机器人"), back=back_to(district.pk))


@page_or_form
@look_again
def robot_edit(request, pk):
    robot = the_robot(request, pk)
    form = given(request, RobotEditForm, instance=robot)
    save = partial(services.edit, robot, by=request.user, stood=form.stood)
    return form_page(request, form, save=save, title=_("修改“%(name)s”") % {"name": robot.name}, back=back_to(robot.district_id))


@require_POST
def robot_try(request, pk):
    robot = the_robot(request, pk)
    why_not = services.try_out(robot, by=request.user)
    if why_not:
        messages.warning(request, _("测试消息没有发出：%(why)s") % {"why": _(why_not)})
    else:
        messages.success(request, _("“%(name)s”已收下测试消息，请到群里查看。") % {"name": robot.name})
    return redirect(back_to(robot.district_id))


@require_POST
def robot_switch(request, pk):
    robot = the_robot(request, pk)
    active = request.POST.get("active") == "1"
    services.switch(robot, active=active, by=request.user)
    words = _("已启用“%(name)s”。") if active else _("已停用“%(name)s”，不再向该群发送。")
    messages.success(request, words % {"name": robot.name})
    return redirect(back_to(robot.district_id))


def the_robot(request, pk) -> Robot:
    robot = get_object_or_404(Robot.objects.visible_to(request.user), pk=pk)
    check_keeper(request, robot.district_id)
    return robot


def back_to(district_id) -> str:
    return f"{reverse('notices:channels')}?district={district_id}"
