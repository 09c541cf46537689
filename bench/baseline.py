"""A Django view that does as little as a view can that keeps something: middleware, sign-in, CSRF check, one INSERT."""

import uuid

from django.db import connection
from django.http import JsonResponse
from django.views.decorators.http import require_POST

TABLE = "CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, uuid uuid UNIQUE, author bigint, text text, at timestamptz DEFAULT now())"


@require_POST
def insert(request):
    key = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (uuid, author, text) VALUES (%s, %s, %s)", [str(key), request.user.pk, request.body.decode()[:2000]])
    return JsonResponse({"uuid": key}, status=201)


def make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
