"""One card for each page on which a district's data is kept."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from grids.roles import OFFICE, SETTINGS_KEEPERS, Role
from grids.scope import rights

CARDS = [
    (pgettext_lazy("list", "单位"), gettext_lazy("部门、乡办、指挥部及其人员；更名、合并、撤销"), "grids:organisations", SETTINGS_KEEPERS),
    (gettext_lazy("网格和岗位"), gettext_lazy("网格树、边界、一长三员"), "grids:tree", SETTINGS_KEEPERS),
    (gettext_lazy("专项指挥部"), gettext_lazy("牵头单位、成员单位、指挥长"), "grids:headquarters", SETTINGS_KEEPERS),
    (pgettext_lazy("list", "专项领域"), gettext_lazy("领域名称和所属指挥部"), "grids:fields", SETTINGS_KEEPERS),
    (gettext_lazy("人员和账号"), gettext_lazy("联系方式、一次性密码、停用"), "grids:people", SETTINGS_KEEPERS),
    (gettext_lazy("培训课程和题库"), gettext_lazy("课程、测试题、合格分数和证书有效期"), "grids:courses", SETTINGS_KEEPERS),
    (gettext_lazy("空挂迹象的标准"), gettext_lazy("从什么时候起算空挂：兼任、巡查、发现、雷同"), "grids:hollow-limits", SETTINGS_KEEPERS),
    (gettext_lazy("导入网络表"), gettext_lazy("从 Excel 导入单位、网格和一长三员"), "grids:roster-import", SETTINGS_KEEPERS),
    (gettext_lazy("工作日历"), gettext_lazy("节假日、调休和上班时间"), "worktime:this_year", SETTINGS_KEEPERS),
    (pgettext_lazy("list", "问题类型"), gettext_lazy("立案条件、结案条件和时限"), "inspections:problem-types", SETTINGS_KEEPERS),
    (gettext_lazy("巡查规则"), gettext_lazy("哪级网格多久巡查哪些对象"), "patrols:rules", SETTINGS_KEEPERS),
    (gettext_lazy("检查清单"), gettext_lazy("各类对象查什么、怎么算合格；附加清单"), "patrols:checklists", SETTINGS_KEEPERS),
    (gettext_lazy("外业设置"), gettext_lazy("距离提示、应急电话、夜查轨迹"), "patrols:settings", SETTINGS_KEEPERS),
    (pgettext_lazy("list", "对象类型"), gettext_lazy("监管对象的台账栏目和状态"), "registers:kinds", SETTINGS_KEEPERS),
    (gettext_lazy("空气质量"), gettext_lazy("站点、综合指数规则、剔除日期、设备密钥和数据导入"), "airquality:stations", OFFICE | {Role.SYSADMIN}),
    (gettext_lazy("导入台账"), gettext_lazy("从 Excel 导入已有整改台账"), "inspections:ledger-import", OFFICE),
    (gettext_lazy("交办规则"), gettext_lazy("按领域、类型和地点建议责任单位"), "rectification:routing", SETTINGS_KEEPERS),
    (gettext_lazy("催办规则"), gettext_lazy("到期前后提醒谁、何时提醒"), "rectification:reminders", SETTINGS_KEEPERS),
    (gettext_lazy("通知渠道"), gettext_lazy("短信、语音电话、浏览器推送是否开通，群机器人"), "notices:channels", SETTINGS_KEEPERS),
    (gettext_lazy("环节时限"), gettext_lazy("受理、交办、核查的时限，延期、缓办和回头看的规定"), "rectification:clocks", SETTINGS_KEEPERS),
    (pgettext_lazy("list", "考核方案"), gettext_lazy("指标、权重、扣分和等次"), "scorecards:schemes", frozenset({Role.OFFICE_DIRECTOR})),
]
"""Label, what is kept there, URL name, who may use it."""


@require_GET
def settings_home(request):
    found = rights(request.user)
    cards = [{"label": label, "text": text, "url": reverse(name)} for label, text, name, roles in CARDS if found.has(*roles)]
    if not cards:
        raise PermissionDenied(_("设置由攻坚办主任和系统管理员维护。"))
    return render(request, "airduty/settings.html", {"cards": cards})
