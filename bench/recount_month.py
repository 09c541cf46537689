"""Works a month out anew from its papers and compares every cell with what the API and the workbook show. Knows nothing of the product but its API.

``python -m bench.recount_month http://localhost:8000 2026-10 USERNAME PASSWORD [OTP]``: as somebody of the office or 督查局. Exit code 1 when a cell
differs, each with the figure recounted here and the one shown.
"""

import http.client
import io
import json
import sys
import urllib.error
import urllib.request

from bench.recount import cards, compare, papers

SHOWN = 60


def call(address: str, *, token: str = "", body: dict | None = None) -> http.client.HTTPResponse:
    headers = {"Content-Type": "application/json", "Accept-Language": "zh-hans", **({"Authorization": f"Token {token}"} if token else {})}
    request = urllib.request.Request(address, json.dumps(body).encode() if body else None, headers)
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=600)


def sign_in(base: str, username: str, password: str, otp: str = "") -> str:
    body = {"username": username, "password": password, **({"otp": otp} if otp else {})}
    with call(f"{base}/api/v1/auth/token/", body=body) as answer:
        return json.load(answer)["token"]


def fetch(base: str, month: str, token: str) -> tuple[papers.Papers, dict, bytes]:
    """Papers, ranking and workbook of the month."""
    address = f"{base}/api/v1/scorecards/{month}/"
    with call(f"{address}papers/", token=token) as answer:
        found = papers.read(answer, month=month)
    with call(address, token=token) as answer:
        ranking = json.load(answer)
    with call(f"{address}?format=xlsx", token=token) as answer:
        if answer.status != 200:
            sys.exit("The month is too large for a workbook at once: fetch it from the page of background jobs.")
        return found, ranking, answer.read()


def compared(found: papers.Papers, ranking: dict, workbook: bytes) -> compare.Comparison:
    recounted, comparison = cards.cards(found, ranking), compare.Comparison()
    names = {name: unit["id"] for unit in found["organisations"] for name in (unit["name"], unit["short_name"]) if name}
    labels = {line["code"]: line["label"] for group in ranking["groups"] for row in group["rows"] for line in row["lines"]}
    compare.with_api(comparison, recounted, ranking)
    compare.with_workbook(comparison, recounted, workbook, names=names, labels=labels)
    return comparison


def report(month: str, found: papers.Papers, comparison: compare.Comparison) -> str:
    text = io.StringIO()
    print(f"recount of {month}: {comparison.compared} cells over {len(found['findings'])} findings, {len(found['tasks'])} tasks,", file=text, end=" ")
    print(f"{len(found['steps'])} steps: {f'{len(comparison.faults)} differ' if comparison.faults else 'all equal'}", file=text)
    print("  not recounted: headquarters and grids, whose figures are counted over the same rows", file=text)
    print("  taken as shown: good days, composite and two-factor index of the air, which rest on the tables of its standards", file=text)
    for where, unit, name, recounted, shown in comparison.faults[:SHOWN]:
        print(f"  {where}: {unit} {name}: {recounted} recounted, {shown} shown", file=text)
    return text.getvalue()


def main() -> None:
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    base, month, *person = sys.argv[1:]
    try:
        found, ranking, workbook = fetch(base.rstrip("/"), month, sign_in(base.rstrip("/"), *person))
    except urllib.error.HTTPError as refused:
        sys.exit(f"{refused.url} answered {refused.status}: {refused.read().decode()[:300]}")
    comparison = compared(found, ranking, workbook)
    print(report(month, found, comparison), end="")
    sys.exit(bool(comparison.faults))


if __name__ == "__main__":
    main()
