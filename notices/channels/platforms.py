"""What the three platforms want to be told and what their answers mean: all answer 200, the outcome is a code in the body.

Words of others travel here, so nothing is sent that a platform would render: plain text for WeCom and DingTalk, for Feishu a post of text and one
link. Lengths are in bytes of UTF-8, below what the platforms take.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from django.utils.translation import gettext_noop

from notices.words import Channel

TOKEN = gettext_noop("机器人不存在、已停用或已移出群：请在群里重新添加机器人，并把新的 Webhook 地址填到机器人设置中。")
SIGN = gettext_noop("签名不匹配：请核对群机器人的加签密钥，并确认服务器时间准确。")
KEYWORD = gettext_noop("消息中没有机器人要求的关键词：请把群机器人的自定义关键词填到机器人设置的“关键词”一栏。")
NOT_LISTED = gettext_noop("服务器不在机器人的 IP 白名单内：请在群机器人的安全设置中加入本服务器的出口地址。")
SECURITY = gettext_noop("群机器人的安全设置拒绝了消息：请核对加签密钥、关键词和 IP 白名单是否与机器人设置一致。")
TOO_FAST = gettext_noop("发送过于频繁，平台暂时限流，稍后自动重发。")
BUSY = gettext_noop("平台系统繁忙，稍后自动重发。")


@dataclass(frozen=True)
class Message:
    """Title, more words and a whole address, as they are to be read in the group."""

    title: str
    body: str = ""
    link: str = ""
    keyword: str = ""

    def text(self, *, most: int) -> str:
        """As lines of plain text; the body is cut first, the link never."""
        head = self.title if not self.keyword or self.keyword in f"{self.title}\n{self.body}\n{self.link}" else f"{self.keyword}：{self.title}"
        room = most - len(self.link.encode()) - 1
        return "\n".join(part for part in (cut(f"{head}\n{self.body}".strip(), room), self.link) if part)


def cut(text: str, most: int) -> str:
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore") + "…"


@dataclass(frozen=True)
class Verdict:
    """``final``: sending again changes nothing until somebody does what the words say; ``rest``: seconds in which nothing more is sent there."""

    words: str
    final: bool = True
    rest: int = 0


@dataclass(frozen=True)
class Platform:
    hosts: tuple[str, ...]
    path: str
    """How the path of an address on these hosts begins; by it a wrong address is told before anything is sent."""
    compose: Callable[[Message, str], tuple[str, dict]]
    """(message, secret) → what is added to the address, and the body."""
    code: str
    text: str
    verdicts: dict[int, Verdict]
    said: dict[str, Verdict] = field(default_factory=dict)
    """A part of the words decides where one code means several things."""
    signs: bool = True

    def verdict(self, answer: dict) -> Verdict | None:
        """None when the message has been taken."""
        code, words = answer[self.code], str(answer.get(self.text, ""))
        if code == 0:
            return None
        found = next((verdict for part, verdict in self.said.items() if part in words.lower()), None)
        return found or self.verdicts.get(code) or Verdict(f"{self.code} {code}: {words[:200]}", final=False)


def wecom(message: Message, secret: str) -> tuple[str, dict]:
    return "", {"msgtype": "text", "text": {"content": message.text(most=2000)}}


def dingtalk(message: Message, secret: str) -> tuple[str, dict]:
    stamp = str(round(time.time() * 1000))
    signed = quote_plus(signature(secret, f"{stamp}\n{secret}"))
    return f"&timestamp={stamp}&sign={signed}" if secret else "", {"msgtype": "text", "text": {"content": message.text(most=6000)}}


def feishu(message: Message, secret: str) -> tuple[str, dict]:
    stamp = str(int(time.time()))
    text = Message(message.title, message.body, keyword=message.keyword).text(most=6000)
    lines = [[{"tag": "text", "text": line}] for line in text.splitlines() if line.strip()]
    lines += [[{"tag": "a", "text": message.link, "href": message.link}]] if message.link else []
    signed = {"timestamp": stamp, "sign": signature(f"{stamp}\n{secret}", "")} if secret else {}
    return "", signed | {"msg_type": "post", "content": {"post": {"zh_cn": {"title": "", "content": lines}}}}


def signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


PLATFORMS = {
    Channel.WECOM: Platform(
        hosts=("qyapi.weixin.qq.com",),
        path="/cgi-bin/webhook/send",
        compose=wecom,
        code="errcode",
        text="errmsg",
        verdicts={
            93000: Verdict(TOKEN),
            40008: Verdict(SECURITY),
            45009: Verdict(TOO_FAST, final=False, rest=60),
            45033: Verdict(TOO_FAST, final=False, rest=60),
            -1: Verdict(BUSY, final=False, rest=30),
        },
        signs=False,
    ),
    Channel.DINGTALK: Platform(
        hosts=("oapi.dingtalk.com",),
        path="/robot/send",
        compose=dingtalk,
        code="errcode",
        text="errmsg",
        said={
            "sign not match": Verdict(SIGN),
            "timestamp": Verdict(SIGN),
            "keywords": Verdict(KEYWORD),
            "whitelist": Verdict(NOT_LISTED),
        },
        verdicts={
            300001: Verdict(TOKEN),
            300005: Verdict(TOKEN),
            400013: Verdict(TOKEN),
            400101: Verdict(TOKEN),
            400102: Verdict(TOKEN),
            400106: Verdict(TOKEN),
            310000: Verdict(SECURITY),
            130101: Verdict(TOO_FAST, final=False, rest=60),
            410100: Verdict(TOO_FAST, final=False, rest=60),
            -1: Verdict(BUSY, final=False, rest=30),
        },
    ),
    Channel.FEISHU: Platform(
        hosts=("open.feishu.cn", "open.larksuite.com"),
        path="/open-apis/bot/v2/hook/",
        compose=feishu,
        code="code",
        text="msg",
        verdicts={
            19001: Verdict(TOKEN),
            19021: Verdict(SIGN),
            19022: Verdict(NOT_LISTED),
            19024: Verdict(KEYWORD),
            11232: Verdict(TOO_FAST, final=False, rest=60),
            99991400: Verdict(TOO_FAST, final=False, rest=60),
        },
    ),
}
