from celery import shared_task


@shared_task(name="inspections.plan_rounds")
def plan_rounds():
    from inspections.services import planning

    planning.plan_today()


@shared_task(name="inspections.erase_tracks")
def erase_tracks():
    from inspections.services import tracks

    tracks.erase_old()


@shared_task(name="inspections.look_at_hollow_grids")
def look_at_hollow_grids():
    from common import clock
    from inspections.services import hollow

    hollow.scan(clock.now())
