from celery import shared_task


@shared_task(name="scorecards.build_last_month")
def build_last_month():
    from common import clock
    from scorecards import services

    services.build_last_month(now=clock.now())
