"""``/healthz``: the process answers. ``/readyz``: the deployment does its work; 503 names what does not."""

import ipaddress
import shutil
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """The process is alive. Asks nothing of the database, so that a database failure does not restart the web processes."""
    return HttpResponse("ok", content_type="text/plain")
