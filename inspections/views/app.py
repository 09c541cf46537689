"""The field app: a shell that is the same for everybody, the worker that keeps it on the phone, and who is signed in.

No page with anybody's rows is ever kept: the shell asks the interface for programs and remembers the answers in the phone's own database.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.finders import find
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET

from common import clock

MODULES = sorted(path.name for path in (settings.BASE_DIR / "static/js/field").glob("*.js"))
FILES = (
    "css/tokens.css", "css/mobile.css", "css/field.css", "img/icon.svg", "img/icons.svg", "img/field-192.png", "vendor/idb.js", "vendor/client-zip.js",
    "vendor/leaflet.js", "vendor/leaflet.css", *(f"js/field/{name}" for name in MODULES),
)  # fmt: skip
"""What the worker keeps for the time without network."""
WORKER = "mobile/worker.js"
PUSH_WORKER = "mobile/push_worker.js"
SHELL = "mobile/app.html"
LANGUAGES = {
    code: {"name": get_language_info(code)["name_local"], "lang": "zh-CN" if code == "zh-hans" else code} for code, _name in settings.LANGUAGES
}
"""Each language is named in itself, on every phone alike."""


@login_not_required
@require_GET
@cache_control(no_cache=True)
def shell(request, **_which):
    return render(request, SHELL, {"languages": json.dumps(LANGUAGES, ensure_ascii=False)})


@login_not_required
@require_GET
@cache_control(no_cache=True)
def worker(request):
    settled = json.dumps({"release": release(), "files": addresses(), "shell": reverse("mobile:home")})
    scripts = [path_of(name).read_text(encoding="utf-8") for name in (WORKER, PUSH_WORKER)]
    return HttpResponse("\n".join([f"const SETTINGS = {settled};", *scripts]), content_type="text/javascript")


@login_not_required
@require_GET
@cache_control(max_age=3600)
def manifest(request):
    icons = [
        {"src": static(f"img/field-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    words = {"name": _("大气污染防治攻坚"), "short_name": _("大气巡查"), "description": _("报问题、巡查、办任务，没有网络也能用。")}
    look = {"display": "standalone", "orientation": "portrait", "background_color": "#ffffff", "theme_color": "#12325c", "lang": "zh-CN"}
    home = reverse("mobile:home")
    return JsonResponse(words | look | {"id": home, "start_url": home, "scope": home, "icons": icons}, content_type="application/manifest+json")


@login_not_required
@require_GET
@never_cache
def session(request):
    """Who is signed in on this phone, a fresh token for writing, and our time. ``v`` tells an answer of ours from a portal's."""
    user = request.user
    person = {"id": user.pk, "name": str(user)} if user.is_authenticated else None
    known = {"language": get_language()} if person else {}
    return JsonResponse({"v": 1, "person": person, "csrf": get_token(request), "now": clock.now().isoformat(), **known})


def addresses() -> list[str]:
    texts = [f"{reverse('jsi18n')}?l={code}" for code, _name in settings.LANGUAGES]
    return [*(static(name) for name in FILES), *texts]


@lru_cache(maxsize=1)
def release() -> str:
    """Changes whenever anything the worker keeps does."""
    digest = hashlib.sha256("\n".join([settings.VERSION, *addresses()]).encode())
    catalogues = sorted(settings.BASE_DIR.glob("locale/*/LC_MESSAGES/djangojs.mo"))
    for path in [*catalogues, path_of(SHELL), path_of(WORKER), path_of(PUSH_WORKER), *_unhashed()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def path_of(template: str) -> Path:
    return Path(get_template(template).origin.name)


def _unhashed() -> list[Path]:
    """Without a manifest the names say nothing about the content (tests, development)."""
    return [] if hasattr(staticfiles_storage, "manifest_hash") else [Path(found) for name in FILES if (found := find(name))]
