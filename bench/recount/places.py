"""Whose ground, whose field, whose people: units, grids, headquarters and posts of the papers."""

import datetime as dt

from bench.recount.papers import BEIJING, Papers

MARKED = ("township", "department")


class Place:
    def __init__(self, papers: Papers):
        self.papers = papers
        self.last_day = papers.end.astimezone(BEIJING).date() - dt.timedelta(days=1)
        self.units = {each["id"]: each["kind"] for each in papers["organisations"] if each["kind"] in MARKED and self._in_force(each)}
        self.with_power = {each["id"] for each in papers["organisations"] if each["has_enforcement_power"]}
        self._lead = {each["id"]: each["headquarters__lead_unit_id"] for each in papers["fields"]}
        codes = {each["id"]: each["code"] for each in papers["fields"]}
        self._field_of_type = {each["id"]: codes[each["field_id"]] for each in papers["problem_types"]}
        self._owner = self._owners()
        self._home = self._homes()

    def _in_force(self, unit: dict) -> bool:
        day = self.last_day.isoformat()
        begun, over = (unit["valid_from"] or "") <= day, unit["valid_to"] is not None and unit["valid_to"] <= day
        return begun and not over and not (unit["merged_into_id"] and unit["valid_to"] is None)

    def _owners(self) -> dict[int, int]:
        """Grid → township: that of the grid itself, else that of the grid above it."""
        townships = {each["id"] for each in self.papers["organisations"] if each["kind"] == "township"}
        by_path: dict[str, int] = {}
        found = {}
        for grid in sorted(self.papers["grids"], key=lambda each: each["path"]):
            above = grid["path"].rstrip("/").rpartition("/")[0] + "/"
            owner = grid["organisation_id"] if grid["organisation_id"] in townships else by_path.get(above)
            if owner:
                by_path[grid["path"]] = found[grid["id"]] = owner
        return found

    def _homes(self) -> dict[int, int]:
        """Person → township in whose grids they held a post in the month; of several the first in the tree."""
        path = {each["id"]: each["path"] for each in self.papers["grids"]}
        held = [post for post in self.papers["posts"] if self._held(post) and self._owner.get(post["grid_id"]) in self.units]
        homes: dict[int, int] = {}
        for post in sorted(held, key=lambda each: (path[each["grid_id"]], each["id"])):
            homes.setdefault(post["user_id"], self._owner[post["grid_id"]])
        return homes

    def _held(self, post: dict) -> bool:
        first, last = self.papers.start.date().isoformat(), self.last_day.isoformat()
        return post["starts_on"] <= last and (post["ends_on"] is None or post["ends_on"] >= first)

    def township_of_grid(self, grid: int | None) -> int | None:
        return self._owner.get(grid)

    def leader_of_field(self, field: int) -> int | None:
        return self._lead.get(field)

    def field_of_type(self, kind: int) -> str:
        return self._field_of_type.get(kind, "")

    def township_of_person(self, person: int | None) -> int | None:
        return self._home.get(person)
