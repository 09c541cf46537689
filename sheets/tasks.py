from celery import shared_task


@shared_task(name="sheets.run_waiting_jobs")
def run_waiting_jobs():
    from sheets import services

    services.run_waiting()
