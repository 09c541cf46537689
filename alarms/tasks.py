from celery import shared_task


def nudge() -> None:
    """May fail: the scan finds what waits."""
    take_in_pictures.apply_async(retry=False, ignore_result=True)


@shared_task(name="alarms.scan")
def scan():
    from alarms.services import scan

    scan.scan()


@shared_task(name="alarms.take_in_pictures")
def take_in_pictures():
    from alarms.services import pictures

    pictures.look_through()


@shared_task(name="alarms.watch_monitors")
def watch_monitors():
    from alarms.services import offline

    offline.watch()
