from celery import shared_task


@shared_task(name="airquality.work_out_days")
def work_out_days():
    from airquality.services import daily

    daily.work_out_due()


@shared_task(name="airquality.poll")
def poll():
    from airquality.services import polling

    polling.poll()


@shared_task(name="airquality.watch_stations")
def watch_stations():
    from airquality.watch import scan

    scan.scan()
