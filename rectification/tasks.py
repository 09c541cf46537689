"""Celery's names for the scans; each is also a ``manage.py`` command."""

from celery import shared_task


@shared_task(name="rectification.scan_reminders")
def scan_reminders() -> int:
    from common import clock
    from rectification.services import reminders

    return reminders.scan(clock.now())


@shared_task(name="rectification.scan_clocks")
def scan_clocks() -> None:
    from common import clock
    from rectification.services import clock_scan

    clock_scan.scan(clock.now())
