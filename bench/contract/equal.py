"""500 equal submissions, 50 at once: one row, one 201, all others 200 with the same content, no 5xx (trust 1). ``--sqlite`` for SQLite."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from bench.contract import stage
from bench.verdict import Verdict


def main() -> None:
    stage.set_up(sqlite_too=True)
    from bench import district, people, serving  # noqa: PLC0415
    from inspections.models import Finding, FindingEvent  # noqa: PLC0415

    verdict = Verdict(f"equal submissions on {stage.database()}")
    count, user = stage.number("count", 500), district.person("member")
    key, body = people.new_key(), people.report("site-six", *stage.point_of(user.posts.first().grid))
    with serving.web(workers=4, threads=4) as (port, _master), ThreadPoolExecutor(50) as pool:
        person = people.sign_in(user, port=port)
        answers = list(pool.map(lambda _n: person.put(f"/api/v1/findings/{key}/", body), range(count)))
    statuses = Counter(answer.status for answer in answers)
    echoed = {answer.json().get("uuid") for answer in answers if answer.status < 300}
    verdict.want("rows", Finding.objects.filter(uuid=key).count(), 1)
    verdict.want("history_rows", FindingEvent.objects.filter(finding__uuid=key, action="submit").count(), 1)
    verdict.want("answers_201", statuses[201], 1)
    verdict.want("answers_200", statuses[200], count - 1)
    verdict.want("others", count - statuses[201] - statuses[200], 0)
    verdict.want("same_uuid_echoed", echoed, {key})
    verdict.end()


if __name__ == "__main__":
    main()
