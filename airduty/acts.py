"""What the acts on record are called. The record itself keeps plain words that never change (``finding.register``); people read these."""

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alarms.workflow import STEPS as ALARM_STEPS
from grids.models import StructureChange
from rectification.workflow import FINDING_STEPS, TASK_STEPS

EDITED = pgettext_lazy("act", "修改")
ADOPTED = _("纳入审计核对")
FLAG_ANSWERED = _("说明疑点")
PHOTO_TAKEN_IN = _("上传照片")
PHOTO_MADE_SMALLER = _("以较小的照片代替")
CARRIED_OVER = _("由既有台账带入")
TERM_ENDED = _("结束任职")

GROUPS: dict[str, tuple] = {
    "session": (
        _("登录"),
        {"sign_in": _("登录"), "sign_out": _("退出登录"), "lock": _("登录锁定"), "token": _("领取程序令牌")},
    ),
    "access": (_("越权访问"), {"refused": _("访问被拒绝")}),
    "account": (
        _("账号"),
        {
            "create": _("新建账号"),
            "edit": _("修改联系方式"),
            "activate": _("启用账号"),
            "deactivate": _("停用账号"),
            "password_change": _("修改密码"),
            "password_issue": _("发放一次性密码"),
            "second_factor_reset": pgettext_lazy("act", "解除两步验证"),
            "show_phone": _("查看完整号码"),
            "sign_in_ticket": _("制作登录二维码"),
            "session_end": _("结束登录"),
        },
    ),
    "episode": (
        _("应急响应"),
        {
            "draft": _("录入预警"),
            "edit": _("修改审批表"),
            "submit": _("提请审批"),
            "approve": pgettext_lazy("emergency", "批准"),
            "send_back": _("退回修改"),
            "drop": _("撤回"),
            "publish": _("发布"),
            "begin": _("新级别生效，原指令失效"),
            "change": _("变更响应状态"),
            "unit_report": _("填报单位日报"),
            "daily_report": _("报送日报"),
            "review": _("应急总结"),
            "forecast": _("预报研判"),
        },
    ),
    "order": (
        _("应急指令"),
        {
            "issue": _("下达指令"),
            "acknowledge": _("签收"),
            "in_force": _("提交落实凭证"),
            "refuse_evidence": _("退回落实凭证"),
            "call": _("登记电话联系"),
            "link": _("重新发送签收链接"),
            "urge": _("逾期未签收提醒"),
            "overdue": _("逾期未落实"),
            "problem": _("立为问题"),
            "decline": _("说明不立案"),
            "inspect": _("登记应急检查"),
            "inspect_problem": _("检查发现立为问题"),
            "power": _("用电数据"),
            "power_edit": _("更正用电反证"),
            "power_back": _("撤回用电反证"),
            "regrid": _("随网格拆分调整网格"),
            "succeed": _("随单位合并由继任单位承担"),
        },
    ),
    "reduction_list": (
        _("应急减排清单"),
        {
            "new": _("新建清单"),
            "activate": _("启用清单"),
            "enterprise_new": _("增加企业"),
            "enterprise_edit": _("修改企业"),
            "contact": _("更正联系人"),
            "plan": _("上传一厂一策"),
            "download": _("下载一厂一策"),
        },
    ),
    "emergency_rule": (
        _("应急规则"),
        {
            "edit": EDITED,
            "measure_new": _("增加措施"),
            "measure_edit": _("修改措施"),
            "thresholds": _("修改分级条件"),
            "load": _("载入默认规则"),
        },
    ),
    "robot": (
        _("群机器人"),
        {
            "create": _("新增机器人"),
            "edit": _("修改机器人"),
            "try": _("发送测试消息"),
            "stop": _("停用机器人"),
            "start": _("启用机器人"),
        },
    ),
    "device": (_("接入设备"), {"issue": _("发放密钥"), "renew": _("更换密钥"), "revoke": _("停用密钥")}),
    "finding": (
        _("问题"),
        {name: step.label for name, step in FINDING_STEPS.items()}
        | {
            "submit": _("上报问题"),
            "held": _("上报内容待修正"),
            "supplement": _("补充情况"),
            "photo": PHOTO_TAKEN_IN,
            "photo_smaller": PHOTO_MADE_SMALLER,
            "voice": _("上传录音"),
            "visit": _("与巡查记录关联"),
            "flag_answer": FLAG_ANSWERED,
            "rebound": _("反弹立案"),
            "regrid": _("随网格拆分调整网格"),
            "import": _("由既有台账导入"),
            "carry_over": CARRIED_OVER,
        },
    ),
    "task": (
        _("整改任务"),
        {name: step.label for name, step in TASK_STEPS.items()}
        | {"assign": _("交办"), "photo": PHOTO_TAKEN_IN, "flag_answer": FLAG_ANSWERED, "carry_over": CARRIED_OVER},
    ),
    "patrol": (
        _("巡查"),
        {
            "plan": _("生成计划"),
            "begin": _("开始巡查"),
            "finish": _("完成巡查"),
            "note": _("补充说明"),
            "miss": _("记为未巡查"),
            "hand_over": _("移交巡查"),
            "erase_track": _("删除轨迹"),
            "held": _("巡查内容待修正"),
        },
    ),
    "visit": (
        _("巡查记录"),
        {
            "done": _("记录到访"),
            "join": _("并入巡查"),
            "photo": PHOTO_TAKEN_IN,
            "photo_smaller": PHOTO_MADE_SMALLER,
            "flag_answer": FLAG_ANSWERED,
            "held": _("巡查记录待修正"),
        },
    ),
    "checklist": (_("检查清单"), {"revise": _("修订清单"), "switch": _("启用或停用清单"), "load": _("载入默认清单")}),
    "patrol_rule": (_("巡查规则"), {"new": pgettext_lazy("act", "新增"), "edit": EDITED}),
    "weather": (_("天气状态"), {"start": _("启动预警"), "take_over": _("预警接管天气状态"), "stop": _("解除预警")}),
    "field_settings": (_("外业设置"), {"edit": EDITED}),
    "site": (
        _("监管对象"),
        {
            "new": pgettext_lazy("act", "新增"),
            "edit": EDITED,
            "close": _("结束巡查"),
            "reopen": _("恢复巡查"),
            "regrid": _("随网格拆分调整网格"),
            "succeed": _("随单位合并调整主管单位"),
            "appoint": _("任命三员"),
            "end_post": _("结束三员任职"),
            "paper": _("上传材料"),
            "download": _("下载材料"),
            "show_personal": _("查看完整的个人信息"),
        },
    ),
    "site_kind": (_("对象类型"), {"new": pgettext_lazy("act", "新增"), "edit": EDITED, "column": _("修改台账栏目")}),
    "station": (
        _("空气监测站点"),
        {"new": pgettext_lazy("act", "新增"), "edit": EDITED, "regrid": _("随网格拆分调整网格"), "import": _("随数据文件登记")},
    ),
    "reading": (_("小时数据"), {"correct": _("更正数据"), "import": _("导入数据文件"), "import_part": _("导入数据文件的一部分")}),
    "excluded_day": (_("不参与评价的日期"), {"exclude": _("剔除"), "restore": _("恢复"), "adopt": ADOPTED}),
    "composite_rule": (_("综合指数规则"), {"new": pgettext_lazy("act", "新增"), "edit": EDITED}),
    "air_target": (
        _("空气质量目标"),
        {"new": pgettext_lazy("act", "新增"), "edit": EDITED, "remove": pgettext_lazy("act", "删除"), "adopt": ADOPTED},
    ),
    "alarm": (
        _("报警"),
        {name: step.label for name, step in ALARM_STEPS.items()}
        | {"raise": _("产生报警"), "dispatch": _("呼叫下一级"), "regrid": _("随网格拆分调整网格")}
        | {"rise": _("级别升高"), "report": _("又接到举报"), "serious": _("离线列为严重")},
    ),
    "alarmsource": (
        _("报警来源"),
        {"new": pgettext_lazy("act", "新增"), "edit": EDITED, "test": _("调试"), "regrid": _("随网格拆分调整网格")},
    ),
    "alarmrule": (_("报警规则"), {"edit": EDITED}),
    "dustlimit": (_("扬尘监测限值"), {"edit": EDITED}),
    "monitorrule": (_("离线规则"), {"edit": EDITED}),
    "dutyshift": (_("值班"), {"plan": _("排班"), "remove": _("删除班次"), "succeed": _("随单位合并转入班次")}),
    "anomaly_rule": (_("站点异常规则"), {"edit": EDITED, "load": _("载入默认规则")}),
    "watch_settings": (_("站点监视设置"), {"edit": EDITED}),
    "dust_spell": (_("沙尘天气"), {"begin": pgettext_lazy("act", "开始"), "end": pgettext_lazy("act", "结束")}),
    "weather_hour": (_("小时风况"), {"type": _("填写风况")}),
    "station_plan": (_("一点一策"), {"edit": EDITED, "paper": _("上传方案文件"), "download": _("下载材料")}),
    "standing_measure": (_("常态措施"), {"new": pgettext_lazy("act", "新增"), "edit": EDITED, "drop": pgettext_lazy("act", "删除")}),
    "own_source": (_("周边污染源"), {"new": pgettext_lazy("act", "新增"), "edit": EDITED, "drop": pgettext_lazy("act", "删除")}),
    "station_duty": (_("站点值班"), {"roster": _("排班"), "copy": _("复制上周排班"), "swap": _("换班")}),
    "near_visit": (_("站点周边到访"), {"log": _("记录到访")}),
    "photo": (_("照片"), {"original": _("下载原图")}),
    "grid": (_("网格"), dict(StructureChange.Kind.choices)),
    "organisation": (_("单位"), dict(StructureChange.Kind.choices)),
    "headquarters": (_("专项指挥部"), {"edited": EDITED}),
    "field": (_("专项领域"), {"created": pgettext_lazy("act", "新增"), "edited": EDITED}),
    "post": (_("网格岗位"), {"appoint": _("任命"), "edited": EDITED, "end": TERM_ENDED}),
    "membership": (_("任职"), {"grant": _("授予角色"), "edited": EDITED, "end": TERM_ENDED}),
    "handover": (_("代理"), {"start": _("开始代理"), "end": _("结束代理")}),
    "course": (_("培训课程"), {"new": pgettext_lazy("act", "新增"), "edit": EDITED}),
    "question": (_("测试题"), {"new": pgettext_lazy("act", "新增"), "edit": EDITED}),
    "hollow": (_("空挂网格"), {"week": _("每周查看空挂迹象"), "rebut": _("说明空挂迹象")}),
    "hollowsettings": (_("空挂迹象的标准"), {"edit": EDITED}),
    "training": (_("培训"), {"class": _("登记集中培训"), "test": _("交卷")}),
    "problem_type": (_("问题类型"), {"new": pgettext_lazy("act", "新增"), "edit": EDITED}),
    "routingrule": (_("交办规则"), {"add": pgettext_lazy("act", "新增"), "remove": pgettext_lazy("act", "删除")}),
    "reminderrule": (_("提醒规则"), {"edit": EDITED}),
    "clock": (_("环节时限"), {"edit": EDITED}),
    "policy": (_("办理规则"), {"edit": EDITED}),
    "worktime": (
        _("工作日历"),
        {"set_day": _("修改日历日"), "import_year": _("导入年度日历"), "set_duty_hours": _("修改值守时段")},
    ),
    "scheme": (_("考核方案"), {"revise": _("修订方案"), "load": _("载入现成方案")}),
    "scorecard": (_("计分卡"), {"build": _("生成计分")}),
    "book": (_("账本"), {"post": _("登账")}),
    "appeal": (
        _("申诉"),
        {
            "file": _("提出申诉"),
            "opinion": _("提出裁定意见"),
            "change": _("提出不同意见"),
            "decide": _("作出裁定"),
            "withdraw": _("撤回申诉"),
            "download": _("下载材料"),
        },
    ),
    "adjustment": (
        _("记分分录"),
        {"propose": pgettext_lazy("entry", "制单"), "sign": _("签批"), "drop": _("不予签批或撤回"), "download": _("下载材料")},
    ),
    "settlement": (
        _("结账"),
        {"propose": _("提请结账"), "send_back": pgettext_lazy("act", "退回"), "approve": _("批准结账"), "recompute": _("重新核算比对")},
    ),
    "settlingrule": (_("结账规则"), {"edit": EDITED}),
    "air_confirmation": (_("实时空气数据确认"), {"confirm": _("确认以实时值计入")}),
    "reconciliation": (
        _("对账单"),
        {"open": _("开出对账单"), "confirm": _("确认无异议"), "dispute": _("提出异议"), "agree": _("撤回全部异议"), "remind": _("提醒对账")},
    ),
    "dispute": (_("对账异议"), {"download": _("下载材料"), "file": _("提出异议"), "withdraw": _("撤回异议"), "decide": _("答复异议")}),
    "reconciling_rule": (_("对账规则"), {"edit": EDITED}),
    "list_match": (_("上级清单核对"), {"download": _("下载材料"), "upload": _("上传清单"), "match": _("逐行核对")}),
    "match_row": (
        _("清单核对行"),
        {"register": _("补登问题"), "correct": _("按上级清单更正"), "rematch": _("人工对应"), "report": _("列入待上报核对")},
    ),
    "consequence_rule": (_("奖惩规则"), {"save": _("保存规则"), "load": _("载入现成规则")}),
    "money_rule": (_("奖惩资金规则"), {"save": _("保存规则"), "load": _("载入现成规则")}),
    "proposal": (_("奖惩建议"), {"draw_up": _("提出建议"), "approve": _("批准"), "drop": _("不采纳"), "issue": _("登记印发")}),
    "unit_card": (_("单位亮牌"), {"give": _("亮牌"), "clear": _("提前撤牌")}),
    "money": (
        _("奖惩资金"),
        {
            "draw_up": _("测算资金表"),
            "line": _("测算一行"),
            "drop": _("不采纳一行"),
            "total": _("更新合计"),
            "check": _("核对"),
            "send_back": _("退回核对"),
            "sign": _("签批"),
        },
    ),
    "clue": (
        _("线索移送"),
        {"hand_over": _("登记移送"), "accept": _("登记受理"), "conclude": _("登记结果"), "download": _("下载材料")},
    ),
    "backtrace": (_("倒查"), {"read": _("查看倒查")}),
    "export": (pgettext_lazy("act", "导出"), {"": pgettext_lazy("act", "导出")}),
    "download": (pgettext_lazy("act", "下载"), {"": _("下载导出文件")}),
    "import": (pgettext_lazy("act", "导入"), {"": pgettext_lazy("act", "导入"), "begin": _("开始导入")}),
    "backup": (pgettext_lazy("act", "备份"), {"": pgettext_lazy("act", "备份")}),
    "audit": (_("审计"), {"redact": _("依法删除内容")}),
}
"""First word of an action → what it is about, and the rest of the word → what was done."""
LABELS = {f"{kind}.{name}".rstrip("."): label for kind, (_about, acts) in GROUPS.items() for name, label in acts.items()}
RESULTS = {"ok": pgettext_lazy("result", "成功"), "refused": _("拒绝"), "failed": _("失败"), "locked": _("锁定")}
THINGS = {
    "inspections.HeldSubmission": _("待修正的上报"),
    "session": _("会话"),
    "url": _("网址"),
    "database": _("数据库"),
    "sheets.export": _("导出文件"),
    "sheets.import": _("导入文件"),
    "rectification.backtrace": _("倒查"),
    "airquality.readings": _("小时数据"),
    "grids.roster": _("一长三员名册"),
}
"""What an event may be about that is no row."""


ACTORS = {"system": _("系统"), "anonymous": _("未登录者")}
"""Who acts without an account."""


def label(action: str) -> str:
    return str(LABELS.get(action, action))


def result(word: str) -> str:
    return str(RESULTS.get(word, word))


def actor(event) -> str:
    return str(ACTORS.get(event.actor_name, event.actor_name)) if event.actor_id is None else event.actor_name


def thing(object_type: str) -> str:
    """The name of the kind of row an event is about."""
    if object_type in THINGS:
        return str(THINGS[object_type])
    try:
        return capfirst(str(apps.get_model(object_type)._meta.verbose_name))
    except (LookupError, ValueError):
        return object_type


def choices() -> list:
    """For a filter: every kind of act with all it holds."""
    groups = [(about, [(kind, _("%(about)s：全部") % {"about": about}), *_choices_of(kind, acts)]) for kind, (about, acts) in GROUPS.items()]
    return [("", _("全部")), *groups]


def _choices_of(kind: str, acts: dict) -> list[tuple]:
    return [(f"{kind}.{name}", label) for name, label in acts.items() if name]
