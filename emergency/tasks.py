from celery import shared_task


@shared_task(name="emergency.scan")
def scan():
    from emergency.services.scan import scan as run

    return run()
