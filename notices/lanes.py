"""Several messages on their way at once, each channel in a lane of its own, so that a slow gateway holds up nobody but those who wait for it.

All work with the database is done by the dispatcher's own thread; the others only send. A lane begins with one message on its way and takes one
more after each success, up to its width: a gateway that is dead is asked once, and a dispatcher that is killed doubles few.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from notices.channels.base import Sent
from notices.models import Notice
from notices.words import Channel

WIDTH = {Channel.VOICE: 4, Channel.SMS: 4, Channel.WEB_PUSH: 4, Channel.WECOM: 2, Channel.DINGTALK: 2, Channel.FEISHU: 2, Channel.EMAIL: 1}
"""How many may be on their way at most; the inbox is no way at all. In the order in which they are served."""
PATIENCE = 0.5
"""How long the dispatcher waits for an answer before it looks for new rows."""


@dataclass
class Lane:
    width: int
    open: int = 1
    used: int = 0

    @property
    def room(self) -> int:
        return self.open - self.used


class Lanes:
    """Use as a context: at its end everything on its way has come back."""

    def __init__(self) -> None:
        self._lanes = {channel: Lane(width) for channel, width in WIDTH.items()}
        self._flying: dict[Future, tuple[Notice, float]] = {}
        self._pool: ThreadPoolExecutor | None = None

    def __enter__(self):
        return self

    def __exit__(self, *_what):
        if self._pool:
            self._pool.shutdown(wait=True)

    def __bool__(self) -> bool:
        return bool(self._flying)

    def room(self, channel: str) -> int:
        return self._lanes[Channel(channel)].room

    def send(self, notice: Notice, message: Callable[[], Sent]) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=sum(WIDTH.values()), thread_name_prefix="notice")
        self._lanes[Channel(notice.channel)].used += 1
        self._flying[self._pool.submit(message)] = notice, time.monotonic()

    def back(self) -> list[tuple[Notice, Future, float]]:
        """What has come back, with the seconds it took; waits a moment when nothing has."""
        done, _flying = wait(self._flying, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        return [self._landed(future) for future in done]

    def _landed(self, future: Future) -> tuple[Notice, Future, float]:
        notice, begun = self._flying.pop(future)
        lane = self._lanes[Channel(notice.channel)]
        lane.used -= 1
        lane.open = min(lane.open + 1, lane.width) if future.exception() is None else 1
        return notice, future, time.monotonic() - begun
