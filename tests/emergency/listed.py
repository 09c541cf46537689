"""A reduction list as somebody's workbook, and its way in through the page."""

import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories.emergency import CODES

HEADS = [
    *(
        "序号",
        "企业名称",
        "统一社会信用代码",
        "地址",
        "经纬度",
        "行业类型",
        "绩效等级",
        "是否保障类",
        "排污许可证编号",
        "生产线(工序)",
        "产能",
        "日用电基准(kWh)",
    ),
    *("颗粒物/SO2/NOx/VOCs日排放(kg)", "黄色措施", "橙色措施", "红色措施", "黄/橙/红减排比例或减排量", "车辆管控", "停产所需时间(h)", "核查要点"),
    *("企业联系人/电话", "包保干部", "网格", "一厂一策文件", "版本(年度)", "状态"),
]
ROW = [
    1, "示例铸造厂", CODES[0], "工业路1号", "", "铸造", "B-", "否", "91410100MA00000A1X001P", "中频炉3台", "1.2万吨/年", 38500, "62/5/21/18", "停中频炉1台",
    "停中频炉2台", "全厂停产", "20%/40%/100%", "国Ⅴ及以上", 6, "炉温记录", "王示例 19900000101", "李示例 19900000201", "东村", "一厂一策.pdf", "2026", "在列",
]  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(*rows, heads=HEADS, before=()) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in (*before, heads, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("清单.xlsx", stream.getvalue(), content_type=XLSX)


def upload(client, found, file):
    """Check, then import what is right; the answer of the check."""
    address = reverse("emergency:import_list", args=[found.pk])
    checked = client.post(address, {"file": file})
    token = checked.context["token"] if checked.context else ""
    if token:
        client.post(address, {"token": token, "action": "import"})
    return checked


def changed(**values) -> list:
    keys = dict(zip(HEADS, range(len(HEADS)), strict=True))
    row = list(ROW)
    for name, value in values.items():
        row[keys[name]] = value
    return row
