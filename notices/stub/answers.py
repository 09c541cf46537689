"""What the stub says to a call, as the real services say it (their replies as senders have published them)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

SERVICES = {
    "sms": _("短信"),
    "voice": _("语音电话"),
    "wecom": _("企业微信群"),
    "dingtalk": _("钉钉群"),
    "feishu": _("飞书群"),
    "push": _("浏览器推送"),
}
MANNERS = {
    "ok": _("正常"),
    "slow": _("缓慢（8 秒后回答）"),
    "hang": _("没有回答"),
    "dead": _("断开连接"),
    "refuse": _("拒绝（500）"),
    "busy": _("限流"),
}
CALLS = {"answered": _("接听"), "no_answer": _("无人接听"), "refused": _("拒接"), "silent": _("不回执")}
TOKEN, SECRET = "demo", "SEC-demo"
"""A robot's address at the stub ends with a token that begins so; a message that is signed must be signed with this secret."""
PATHS = {"/sms": "sms", "/voice": "voice", "/cgi-bin/webhook/send": "wecom", "/robot/send": "dingtalk"}
HOOK, PUSH = "/open-apis/bot/v2/hook/", "/push/"
TOO_FAST = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "dingtalk": {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"},
    "feishu": {"code": 11232, "msg": "frequency limited"},
}


@dataclass
class Call:
    """One request, as far as it can be understood."""

    service: str
    body: dict
    query: dict = field(default_factory=dict)
    token: str = ""
    path: str = ""


def service_of(path: str) -> str:
    if path.startswith(HOOK):
        return "feishu"
    return "push" if path.startswith(PUSH) else PATHS.get(path, "")


def wecom(call: Call) -> dict:
    if not call.query.get("key", "").startswith(TOKEN):
        return {"errcode": 93000, "errmsg": "invalid webhook url"}
    return {"errcode": 0, "errmsg": "ok"}


def dingtalk(call: Call) -> dict:
    if not call.query.get("access_token", "").startswith(TOKEN):
        return {"errcode": 300005, "errmsg": "token is not exist"}
    stamp = call.query.get("timestamp", "")
    if "sign" in call.query and call.query["sign"] != _signature(SECRET, f"{stamp}\n{SECRET}"):
        return {"errcode": 310000, "errmsg": "sign not match, more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]"}
    wanted, text = call.query.get("keyword", ""), str(call.body.get("text", {}).get("content", ""))
    if wanted not in text:
        return {"errcode": 310000, "errmsg": "keywords not in content"}
    return {"errcode": 0, "errmsg": "ok"}


def feishu(call: Call) -> dict:
    if not call.path.removeprefix(HOOK).startswith(TOKEN):
        return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
    stamp = call.body.get("timestamp", "")
    if "sign" in call.body and call.body["sign"] != _signature(f"{stamp}\n{SECRET}", ""):
        return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
    return {"code": 0, "msg": "success"}


def _signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


ROBOTS = {"wecom": wecom, "dingtalk": dingtalk, "feishu": feishu}


def words_of(call: Call) -> str:
    """What people would read or hear."""
    if call.service in ("wecom", "dingtalk"):
        return str(call.body.get("text", {}).get("content", ""))
    if call.service == "feishu":
        lines = call.body.get("content", {}).get("post", {}).get("zh_cn", {}).get("content", [])
        return "\n".join("".join(part.get("text", "") for part in line) for line in lines)
    return str(call.body.get("text", ""))


def recipient_of(call: Call) -> str:
    where = {"wecom": call.query.get("key", ""), "dingtalk": call.query.get("access_token", "")}
    return where.get(call.service) or (call.path.rpartition("/")[2] if call.service in ("feishu", "push") else str(call.body.get("to", "")))
