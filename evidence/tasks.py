from celery import shared_task


@shared_task(name="evidence.render")
def render(*, photo_id):
    from evidence import services
    from evidence.models import Photo

    services.render(Photo.objects.get(pk=photo_id))


@shared_task(name="evidence.render_missing")
def render_missing():
    from evidence import services

    services.render_missing()
