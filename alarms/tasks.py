from celery import shared_task


@shared_task(name="alarms.scan")
def scan():
    from alarms.services import scan

    scan.scan()


@shared_task(name="alarms.watch_monitors")
def watch_monitors():
    from alarms.services import offline

    offline.watch()
