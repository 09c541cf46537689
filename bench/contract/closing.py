"""Eight people verify one task at once, 100 tasks: 100 closings, 700 times 409; then eight directors strike off each of 50 findings (trust 23)."""

import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from bench.contract import stage
from bench.verdict import Verdict

PEOPLE = 8


def main() -> None:
    place = stage.set_up(sqlite_too=True)
    from bench import people, serving  # noqa: PLC0415
    from inspections.models import Finding, FindingEvent  # noqa: PLC0415
    from rectification.models import Task, TaskEvent  # noqa: PLC0415

    verdict = Verdict(f"eight closing one task on {stage.database()}")
    count = stage.number("count", 100) // 2
    fed_back(place, count)
    tasks = list(Task.objects.filter(state="fed_back").values_list("pk", "version"))
    with serving.web(workers=4, threads=4) as (port, _master), ThreadPoolExecutor(PEOPLE) as pool:
        verifiers = [people.sign_in(user, port=port) for user in extra(place, "office_staff")]
        statuses = together(pool, verifiers, [(f"/api/v1/tasks/{pk}/pass/", version) for pk, version in tasks])
        directors = [people.sign_in(user, port=port) for user in extra(place, "office_director")]
        struck = together(pool, directors, [(f"/api/v1/findings/{key}/strike_off/", version) for key, version in rectified()])
    verdict.want("tasks", len(tasks), count * 2)
    verdict.want("closings", TaskEvent.objects.filter(action="pass").count(), len(tasks))
    verdict.want("answers", dict(statuses), {200: len(tasks), 409: len(tasks) * (PEOPLE - 1)})
    verdict.want("struck_off", FindingEvent.objects.filter(action="strike_off").count(), count)
    verdict.want("states", set(Finding.objects.values_list("state", flat=True)), {"struck_off"})
    verdict.want("answers_to_strike_off", dict(struck), {200: count, 409: count * (PEOPLE - 1)})
    verdict.end()


def rectified() -> list[tuple]:
    from inspections.models import Finding  # noqa: PLC0415

    return list(Finding.objects.filter(state="rectified").values_list("uuid", "version"))


def together(pool, persons: list, steps: list[tuple[str, int]]) -> Counter:
    statuses: Counter = Counter()
    for path, version in steps:
        gate = Barrier(len(persons))

        def step(person, path=path, version=version, gate=gate):
            gate.wait(30)
            return person.post(path, {"version": version, "note": "现场核实"}).status

        statuses.update(pool.map(step, persons))
    return statuses


def extra(place, role: str) -> list:
    from grids.roles import Role  # noqa: PLC0415

    return [place.persons.seat(place.units["攻坚办"], Role(role)) for _n in range(PEOPLE)]


def fed_back(place, count: int) -> None:
    """Findings of a medium-risk type, each with two tasks whose parties have handed in."""
    from bench import district, people  # noqa: PLC0415
    from inspections.models import ProblemType  # noqa: PLC0415
    from inspections.services.submit import submit  # noqa: PLC0415
    from rectification.services import advance, routing  # noqa: PLC0415

    member, office = district.person("member"), district.person("office")
    problem_type = ProblemType.objects.get(district=place.district, code="bare-ground")
    ProblemType.objects.filter(pk=problem_type.pk).update(risk="medium")
    problem_type.refresh_from_db()
    lon, lat = stage.point_of(member.posts.first().grid)
    picture = photo(member)
    for n in range(count):
        finding = submit({"uuid": people.new_key(), "problem_type": problem_type, "text": f"裸土{n}", "lon": lon, "lat": lat}, by=member).finding
        finding = advance(finding, "register", by=office, not_same=True)
        parties = [{"organisation": party.organisation, "role": party.role} for party in routing.propose(finding)][:2]
        finding = advance(finding, "assign", by=office, assignees=parties)
        for task in finding.tasks.order_by("pk"):
            hand_in(task, picture)


def hand_in(task, picture) -> None:
    from grids import people as of_grids  # noqa: PLC0415
    from grids.roles import PARTIES  # noqa: PLC0415
    from rectification.models import TaskPhoto  # noqa: PLC0415
    from rectification.services import advance  # noqa: PLC0415

    handler = of_grids.members_of(task.organisation, PARTIES).first()
    task = advance(task, "accept", by=handler)
    TaskPhoto.objects.create(task=task, photo=picture, uploaded_by=handler)
    advance(task, "feedback", by=handler, note="已全部覆盖", conclusion="rectified")


def photo(by):
    import hashlib  # noqa: PLC0415

    from PIL import Image  # noqa: PLC0415

    import evidence.services  # noqa: PLC0415

    stream = io.BytesIO()
    Image.effect_noise((320, 240), 50).convert("RGB").save(stream, "JPEG")
    data = stream.getvalue()
    return evidence.services.store(io.BytesIO(data), sha256=hashlib.sha256(data).hexdigest(), size=len(data), by=by)


if __name__ == "__main__":
    main()
