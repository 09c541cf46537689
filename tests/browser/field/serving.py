"""The product as a process of its own on the test's database, so that it can really be killed. Loaded by gunicorn."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "airduty.settings")

from django.conf import settings  # noqa: E402
from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
application = StaticFilesHandler(get_wsgi_application())
