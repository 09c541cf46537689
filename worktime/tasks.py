from celery import shared_task


@shared_task(name="worktime.warn_missing_year")
def warn_missing_year():
    from common import clock
    from worktime import warning

    warning.warn_missing_year(today=clock.today())
