"""Recompute a file of the published national feed and compare AQI, level and primary pollutants with what was published, row by row.

    .venv/bin/python -m bench.recount_air FILE.csv

The columns of ``o3`` and ``o3_24h`` are read as ``airquality.swap`` finds them. Rows that differ are listed; 1 is returned if there is any.
"""

import csv
import os
import sys
from collections import Counter
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "airduty.settings")
os.environ.setdefault("SECRET_KEY", "of a script without a server")

import django

django.setup()

from airquality import layouts, rows
from airquality.aqi import index, levels, tables
from airquality.hours import day_of
from airquality.words import POLLUTANTS

PUBLISHED = {"二氧化硫": "so2", "二氧化氮": "no2", "一氧化碳": "co", "臭氧1小时": "o3", "臭氧8小时": "o3", "臭氧": "o3", "颗粒物(PM10)": "pm10",
             "颗粒物(PM2.5)": "pm25", "细颗粒物(PM2.5)": "pm25"}  # fmt: skip
"""Names of primary pollutants in the feeds; another word, such as a dash, names none."""


def main(path: str) -> int:
    content = Path(path).read_bytes()
    feed = layouts.read(content)
    published = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    lines = dict(feed.rows)
    print(f"o3 and o3_24h swapped: {feed.swap.any_swapped} ({feed.swap.above} of {feed.swap.differing} rows above)")
    told = Counter()
    for line, said in enumerate(published, 2):
        told[judge(said, recomputed(lines[line]))] += 1
    print(", ".join(f"{count} {word}" for word, count in told.most_common()))
    return 1 if told["different"] else 0


def recomputed(row: dict) -> index.Index:
    values = {name: rows.concentration(name, row.get(name)) for name in POLLUTANTS}
    return index.hourly(values, edition=tables.edition_on(day_of(rows.moment(row["hour"]))))


def judge(said: dict, found: index.Index) -> str:
    ours = (found.aqi, str(levels.level(found.level).label) if found.level else "", set(found.primary))
    if not said["aqi"]:
        return (
            "without values and without a published index" if found.aqi is None else told("with values, but published without an index", said, ours)
        )
    primary = {PUBLISHED[name] for name in said["primarypollutant"].split(",") if name in PUBLISHED}
    theirs = (int(said["aqi"]), said["quality"], primary)
    return "equal" if ours == theirs else told("different", said, ours)


def told(word: str, said: dict, ours: tuple) -> str:
    print(f"{word}: {said['stationcode']} published {said['aqi']} {said['quality']} {said['primarypollutant']}; recomputed {ours}; "
          + ", ".join(f"{name}={said[name]}" for name in ("pm2_5", "pm10", "so2", "no2", "o3", "o3_24h", "co")))  # fmt: skip
    return word


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
