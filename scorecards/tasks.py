from celery import shared_task


@shared_task(name="scorecards.build_last_month")
def build_last_month():
    from common import clock
    from scorecards import services

    services.build_last_month(now=clock.now())


@shared_task(name="scorecards.post_accounts")
def post_accounts():
    from common import clock
    from scorecards.services import posting

    posting.post_all(now=clock.now())


@shared_task(name="scorecards.open_reconciliations")
def open_reconciliations():
    from common import clock
    from scorecards.services import reconcile_clock

    reconcile_clock.open_due(clock.now())


@shared_task(name="scorecards.remind_reconciliations")
def remind_reconciliations():
    from common import clock
    from scorecards.services import reconcile_clock

    reconcile_clock.remind_silent(clock.now())


@shared_task(name="scorecards.watch_settling")
def watch_settling():
    from common import clock
    from scorecards.services import settling_watch

    settling_watch.scan(now=clock.now())


@shared_task(name="scorecards.propose_consequences")
def propose_consequences():
    from scorecards.services import consequences

    consequences.scan()


@shared_task(name="scorecards.propose_money")
def propose_money():
    from scorecards.services import money

    money.scan()
