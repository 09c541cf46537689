"""Rounds, objects, people on post and reconciling: rows without a finding, by the formulas of docs/scorecards.md."""

import datetime as dt
from collections.abc import Iterator

from bench.recount.papers import Papers
from bench.recount.places import Place

YEAR = dt.timedelta(days=365)


def row(unit: int | None, hit: bool) -> dict:
    return {"unit": unit, "finding": None, "task": None, "hit": hit, "units": 1, "key": ""}


def rows(papers: Papers, place: Place) -> Iterator[tuple[str, dict]]:
    for code, each in (*visits(papers, place), *objects(papers, place), *people(papers, place), *sheets(papers)):
        if each["unit"] in place.units:
            yield code, each


def visits(papers: Papers, place: Place) -> Iterator[tuple[str, dict]]:
    """Planned visits whose window ended in the month: done within it, by the phone's time or ours."""
    for visit in papers["visits"]:
        if visit["is_planned"] and visit["patrol__grid_id"] and papers.within(visit["due_to"]) and visit["state"] != "dropped":
            done = visit["state"] == "done" and visit["received_at"] < papers.end
            hit = done and any(moment and visit["due_from"] <= moment <= visit["due_to"] for moment in (visit["arrived_at"], visit["received_at"]))
            yield "patrol_completion", row(place.township_of_grid(visit["patrol__grid_id"]), hit)


def objects(papers: Papers, place: Place) -> Iterator[tuple[str, dict]]:
    """Objects that were still to be visited at the month's end: visited at least once in it."""
    open_ones = {kind["id"]: {each["code"] for each in kind["statuses"] if not each.get("is_over")} for kind in papers["site_kinds"]}
    before: dict[int, str] = {}
    for change in papers["site_changes"]:
        before.setdefault(change["site_id"], change["status"][0])
    done = [each for each in papers["visits"] if each["state"] == "done" and each["received_at"] < papers.end]
    seen = {each["site_id"] for each in done if papers.within(each["arrived_at"])}
    for site in papers["sites"]:
        if before.get(site["id"], site["status"]) in open_ones[site["kind_id"]]:
            yield "coverage", row(place.township_of_grid(site["grid_id"]), site["id"] in seen)


def people(papers: Papers, place: Place) -> Iterator[tuple[str, dict]]:
    """Who was on post on the last day, once in each township: taught within a year, and of those tested who passed."""
    since, last = (place.last_day - YEAR).isoformat(), place.last_day.isoformat()
    known = [each for each in papers["trainings"] if since <= each["on"] <= last]
    taught = {each["user_id"] for each in known if each["source"] == "class" or each["passed"]}
    tested = {each["user_id"] for each in known if each["score"] is not None}
    passed = {each["user_id"] for each in known if each["score"] is not None and each["passed"]}
    on_post = {(post["user_id"], place.township_of_grid(post["grid_id"])) for post in papers["posts"] if _holds(post, last)}
    for user, unit in on_post:
        yield "training", row(unit, user in taught)
        if user in tested:
            yield "pass_rate", row(unit, user in passed)


def _holds(post: dict, day: str) -> bool:
    ends = post["ends_on"]
    return post["starts_on"] <= day and (ends is None or ends > day or (ends == day and post["revoked_at"] is None))


def sheets(papers: Papers) -> Iterator[tuple[str, dict]]:
    for sheet in papers["sheets"]:
        answered = sheet["answered_at"]
        yield "reconcile", row(sheet["organisation_id"], bool(answered and answered <= sheet["due_at"] and answered < papers.end))
