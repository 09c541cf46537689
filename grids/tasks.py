from celery import shared_task


@shared_task(name="grids.remind_training")
def remind_training():
    from common import clock
    from grids.services import training

    training.remind_expired(clock.today())
