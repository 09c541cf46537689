"""Starts ``evidence.decoder`` as a process that may die instead of us."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

SECONDS = 10
DECODER = Path(__file__).with_name("decoder.py")
FONT_FOLDERS = [
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
]
FONT_NAMES = [
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "msyh.ttc",
    "PingFang.ttc",
]


def decode(action: str, **details) -> dict:
    """The decoder's answer; ``{"error": "too_heavy"}`` when it ran out of time or memory, or fell over."""
    request = json.dumps({"action": action, **details})
    environment = {"PATH": os.environ.get("PATH", ""), "MALLOC_ARENA_MAX": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", str(DECODER)],
            input=request,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            env=environment,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return {"error": "too_heavy"}
    return json.loads(done.stdout)


@cache
def chinese_font() -> str:
    """Path of a font with Chinese characters on this machine; empty when there is none."""
    found = {path.name: path for folder in FONT_FOLDERS if folder.is_dir() for path in folder.rglob("*.[ot]t[cf]")}
    return next((str(found[name]) for name in FONT_NAMES if name in found), "")
