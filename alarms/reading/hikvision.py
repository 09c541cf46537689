"""``EventNotificationAlert`` of Hikvision devices and of those that copy them: XML in any of their name spaces, or JSON of newer ones."""

import re
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext_lazy as _

from alarms.reading.message import Message, Unreadable, moment, number, of_state, words

ROOTS = {"EventNotificationAlert", "EventNotification"}
DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9_-]{1,20})["'][^>]*\?>""")
DECLARATION = re.compile(rb"^<\?xml[^>]*\?>")
CHINESE = {"gb2312", "gbk", "gb18030"}
FACTS = (
    "ipAddress", "macAddress", "channelName", "eventDescription", "activePostCount", "isDataRetransmission", "inputIOPortID", "detectionTarget",
    "serialNumber", "relationEvent", "temperature", "currTemperature", "ruleTemperature", "thermometryUnit", "confidence", "targetType",
)  # fmt: skip


def of_xml(raw: bytes) -> Message:
    root = _root(raw)
    if _bare(root.tag) not in ROOTS:
        raise Unreadable(_("XML 的根元素是 %(name)s，不是 EventNotificationAlert"), name=words(_bare(root.tag))[:40])
    found: dict[str, str] = {}
    for element in root.iter():
        if element.text and element.text.strip():
            found.setdefault(_bare(element.tag), element.text.strip())
    return said(found)


def _root(raw: bytes) -> Element:
    try:
        return ElementTree.fromstring(_in_utf8(raw), forbid_dtd=True)
    except ElementTree.ParseError as error:
        line, column = error.position
        raise Unreadable(_("XML 不完整或有错误（第%(line)s行第%(column)s个字符）"), line=line, column=column + 1) from error
    except DefusedXmlException as error:
        raise Unreadable(_("XML 里有不允许的声明（DTD 或实体）")) from error
    except (ValueError, LookupError) as error:
        raise Unreadable(_("XML 的编码无法识别")) from error


def _in_utf8(raw: bytes) -> bytes:
    """Without what some devices leave behind the last tag; Chinese code pages, which the parser does not know, are turned into UTF-8."""
    text = raw.lstrip(b"\xef\xbb\xbf \t\r\n").rstrip(b"\x00 \t\r\n")
    declared = DECLARED.match(text)
    if declared and declared[1].decode().lower() in CHINESE:
        return DECLARATION.sub(b"", text).decode("gb18030", errors="replace").encode()
    return text


def _bare(tag) -> str:
    """A name without its name space."""
    return str(tag).rpartition("}")[2]


def of_json(content: dict) -> Message:
    return said({key: str(value) for key, value in _flat(content) if value is not None})


def _flat(content, depth: int = 0):
    for key, value in content.items():
        if isinstance(value, dict) and depth < 6:
            yield from _flat(value, depth + 1)
        elif isinstance(value, list) and depth < 6:
            yield from (pair for each in value[:20] if isinstance(each, dict) for pair in _flat(each, depth + 1))
        else:
            yield key, value


def said(found: dict[str, str]) -> Message:
    """From the flat names of an event."""
    event = words(found.get("eventType") or found.get("EventType"))[:60]
    if not event:
        raise Unreadable(_("没有 eventType（事件类型）"))
    told = found.get("dateTime", "")
    return Message(
        meaning=of_state(event, found.get("eventState", "active")),
        event=event,
        occurred_at=moment(told),
        occurred_text=words(told)[:40],
        channel=words(found.get("channelID") or found.get("dynChannelID"))[:20],
        text=words(found.get("channelName"))[:100],
        bearing=number(found.get("azimuth"), 0, 360),
        distance_m=number(found.get("distance"), 0, 30_000),
        lon=number(found.get("longitude"), -180, 180),
        lat=number(found.get("latitude"), -90, 90),
        facts={name: words(found[name]) for name in FACTS if found.get(name)},
    )
