"""Packets of HJ 212 (污染物在线监控（监测）系统数据传输标准), as gateways of site dust monitors pass them on: ``##0101QN=…;CP=&&…&&C1B2``."""

import re

from django.utils.translation import gettext_lazy as _

from alarms.reading.message import ALIVE, READINGS, Message, Reading, Unreadable, moment, number, words
from alarms.reading.plain import MEASURED
from alarms.words import Meaning

PACKET = re.compile(rb"##(\d{4})(.*?)([0-9A-Fa-f]{4})\r?\n?$", re.S)
LIFE, DATA = {"9013", "9014", "9015", "3019"}, {"2011", "2051", "2061"}
MEANS = {"2061": 60}
"""Over how many minutes the values of a command are means, where the standard fixes it; those of 2051 are set in each device."""
CODES = {
    "a34001": "tsp", "a34002": "pm10", "a34004": "pm25", "a50001": "noise", "la": "noise", "b03": "noise", "a01007": "wind_speed",
    "a01008": "wind_direction", "a01001": "temperature", "a01002": "humidity", "a01006": "pressure", "pm10": "pm10", "pm2.5": "pm25", "pm25": "pm25",
    "tsp": "tsp",
}  # fmt: skip
"""Codes of the standard of 2017, and those that older devices write."""


def crc(data: bytes) -> int:
    """The checksum of appendix A of the standard.

    >>> packet = b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&"
    >>> f"{crc(packet):04X}"
    '1C80'
    """
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _bit in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


def of_packet(raw: bytes) -> Message:
    found = PACKET.match(raw.strip())
    if found is None:
        raise Unreadable(_("HJ 212 数据包不完整"))
    length, data, checksum = found.groups()
    if int(length) != len(data):
        raise Unreadable(_("HJ 212 数据段写明长度%(stated)s，实际%(sent)s"), stated=int(length), sent=len(data))
    if int(checksum, 16) != crc(data):
        raise Unreadable(_("HJ 212 数据包的校验码不对"))
    return _said(data.decode("ascii", errors="replace"))


def _said(data: str) -> Message:
    head, _mark, rest = data.partition("CP=&&")
    fields = dict(pair.split("=", 1) for pair in head.split(";") if "=" in pair)
    command = words(fields.get("CN"))
    if command in DATA:
        return _data(rest.rpartition("&&")[0], command, fields)
    return Message(meaning=ALIVE if command in LIFE else Meaning.OTHER, event=f"hj212-{command}"[:60], facts=_sender(fields))


def _sender(fields: dict) -> dict:
    """The device's own number, printable: the database keeps no NUL."""
    return {"MN": words(fields.get("MN"))[:40]}


def _data(content: str, command: str, fields: dict) -> Message:
    pairs = dict(pair.split("=", 1) for pair in re.split(r"[;,]", content) if "=" in pair)
    at = moment(pairs.get("DataTime") or fields.get("QN", ""))
    if at is None:
        raise Unreadable(_("HJ 212 数据包没有 DataTime（数据时间）"))
    values = {}
    for key, value in pairs.items():
        code, _dash, what = key.partition("-")
        name = CODES.get(code.lower())
        if name and what in ("Rtd", "Avg") and pairs.get(f"{code}-Flag", "N") == "N":
            low, high = MEASURED[name]
            if (figure := number(value, low, high)) is not None:
                values[name] = figure
    readings = (Reading(at, values, minutes=MEANS.get(command)),) if values else ()
    return Message(meaning=READINGS, event=f"hj212-{command}", readings=readings, facts=_sender(fields))
