"""Who may read which token, and the text of an answer in which to look for them."""

import io
import zipfile

from tests.matrix.world import FAR, FOREIGN, NEAR, REPORTER, SEALED

TOKENS = {NEAR, FAR, SEALED, FOREIGN}
AT_NEAR = ("member", "chief", "town", "town_manager", "dept", "dept_manager", "hq_staff", "commander")
AT_FAR = ("other_town", "other_dept", "other_commander")
MAY_READ = {role: {NEAR} for role in AT_NEAR} | {role: {FAR} for role in AT_FAR}
MAY_READ |= {"office": {NEAR, FAR}, "director": {NEAR, FAR}, "leader": {NEAR, FAR}, "supervision": {NEAR, FAR, SEALED}, "foreign": {FOREIGN}}
CONCERNED = ("town", "town_manager", "dept", "dept_manager")
NAMED_ANYWAY = ("grids:", "alarms:duty", "rectification:task-step dispatch", "api-task-step dispatch")
"""Where the reporter stands by name as one of the grid's people, not as who has reported."""


def foreign(role: str, name: str, answer) -> set[str]:
    """Tokens on this answer that ``role`` must not read; the reporter's name is one to those concerned."""
    hidden = TOKENS - MAY_READ.get(role, set())
    if role == "auditor" and name.startswith("audit:"):
        hidden = {SEALED, FOREIGN}  # what was done to open rows is told by the log, and to the auditor alone
    if role in CONCERNED and not name.startswith(NAMED_ANYWAY):
        hidden = hidden | {REPORTER}
    text = text_of(answer)
    return {token for token in hidden if token in text}


def text_of(answer) -> str:
    """All text of an answer, a workbook unpacked."""
    body = answer.whole
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body.decode("utf-8", errors="replace")
