"""Who asks and from where, for the length of one request: read by the audit chain and the log lines."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestContext:
    request_id: str = ""
    ip: str = ""


_current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def current() -> RequestContext:
    return _current.get() or RequestContext()


def enter(context: RequestContext) -> None:
    _current.set(context)
