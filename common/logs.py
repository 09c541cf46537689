"""Log lines: one readable line each, carrying the request id, never a form's content."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from common import context


def add_request_id(_logger, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = context.current().request_id
    return {**event, "request": request_id} if request_id else event


def formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"], drop_missing=True),
        ],
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_request_id,
        ],
    )
