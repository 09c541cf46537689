"""One role's walk through its pages: first in Chinese, finding its way; then the same pages in English.

Every page is opened as every role. One that says the same as somebody was shown before is not looked over and pictured a second time.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from scripts import provide
from scripts.screens import pages

WIDTHS = {1440: 900, 390: 844}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
SLOW = 2000
PATIENCE = 8
"""So often a page is asked for when another navigation comes between."""
CHECKS = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8")
OF_PERSON = re.compile(
    r'<header class="top.*?</header>|<nav class="side".*?</nav>|name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|value="[0-9a-f-]{36}"',
    re.S,
)
"""What differs from one person's copy of a page to the next: the frame, which other pages of theirs show, tokens, and the key a new report is given."""
SETTLED = """() => document.fonts.status === 'loaded' && !document.querySelector('.htmx-request')
  && (document.documentElement.dataset.ready !== undefined || !document.querySelector('#app'))"""
"""Nothing is being fetched, and the field app has drawn its page in the language of the account. No promise: it would count as true."""
LOADED_IN = "() => Math.round(performance.getEntriesByType('navigation')[0]?.loadEventEnd ?? 0)"
LINKS = "() => [...new Set([...document.links].map((link) => link.href).filter((href) => href.startsWith(location.origin)))]"


@dataclass
class Shot:
    """A page as one role saw it in one language, with what is wrong with it."""

    role: str
    kind: str
    path: str
    language: str
    files: dict[int, str] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    milliseconds: int = 0


class Seen:
    """What pages looked like, for the walks of all roles: one file each, as they walk in processes of their own."""

    def __init__(self, folder: Path):
        self.folder = folder / ".seen"
        self.folder.mkdir(parents=True, exist_ok=True)

    def key(self, shot: Shot, html: str) -> str:
        return hashlib.sha256(f"{shot.kind}|{shot.language}|{OF_PERSON.sub('', html)}".encode()).hexdigest()

    def find(self, key: str) -> dict | None:
        file = self.folder / key
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None

    def keep(self, key: str, shot: Shot, links: list[str]) -> None:
        fresh = self.folder / f"{key}.{shot.role}"
        looked = {"files": shot.files, "faults": shot.faults, "links": links}
        fresh.write_text(json.dumps(looked, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self.folder / key)


class Walk:
    def __init__(self, browser, *, address: str, account: dict | None, words, folder: Path, wanted: str = "", pictures: bool = True):
        self.seen, self.pictures = Seen(folder), pictures
        self.browser, self.address, self.account, self.words, self.folder, self.wanted = browser, address, account, words, folder, wanted
        self.role = account["username"] if account else "visitor"
        self.noise: list[tuple[str, str]] = []
        self.shots: list[Shot] = []

    def run(self, languages) -> list[dict]:
        context = self.browser.new_context(**self._person())
        try:
            page = self._page(context)
            visited = self._find_the_way(page, context, shoot="zh" in languages)
            if "en" in languages:
                self._in_english(page, context, visited)
        finally:
            context.close()
        return [asdict(shot) for shot in self.shots]

    def _person(self) -> dict:
        """A browser of this district's time, standing where the account has its point."""
        options = {"base_url": self.address, "timezone_id": "Asia/Shanghai", "locale": "zh-CN", "viewport": {"width": 1440, "height": 900}}
        if not self.account or not self.account.get("lon"):
            return options
        place = {"longitude": self.account["lon"], "latitude": self.account["lat"], "accuracy": 8}
        return options | {"geolocation": place, "permissions": ["geolocation"]}

    def _page(self, context):
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.noise.append(("script error", str(error)[:300])))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        if self.account:
            self._sign_in(page)
        return page

    def _said(self, message):
        """Errors of the console; what could not be loaded is told by its answer."""
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.noise.append(("console", message.text[:300]))

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":
            self.noise.append(("request failed", f"{request.url} {request.failure}"))

    def _answered(self, response):
        if response.status >= 400 and not response.request.is_navigation_request():
            self.noise.append(("request failed", f"{response.url} {response.status}"))

    def _sign_in(self, page) -> None:
        page.goto("/accounts/login/?next=/accounts/")
        page.fill("#id_login", self.account["username"])
        page.fill("#id_password", self.account["password"])
        with page.expect_navigation(wait_until="commit"):
            page.click("#sign-in")
        if "/accounts/login/" in page.url:
            raise RuntimeError(f"{self.account['username']} cannot sign in")

    def _speak(self, context, language: str) -> None:
        context.add_cookies([{"name": "django_language", "value": LANGUAGES[language], "url": self.address}])

    def _find_the_way(self, page, context, *, shoot: bool) -> list[tuple[str, int, str]]:
        self._speak(context, "zh")
        queue, visited = pages.Queue(self.wanted), []
        for kind, path in pages.without_object() if self.account else [("account_login", "/accounts/login/")]:
            queue.add(path, kind=kind, linked=False)
        while step := queue.take():
            kind, number, path, linked = step
            shot, links = self._open(page, kind, number, path, "zh", linked=linked, shoot=shoot)
            if shot is None:
                continue
            visited.append((kind, number, path))
            for link in links:
                queue.add(link)
        return visited

    def _in_english(self, page, context, visited) -> None:
        self._speak(context, "en")
        for kind, number, path in visited:
            self._open(page, kind, number, path, "en", linked=True, shoot=True)

    def _open(self, page, kind, number, path, language, *, linked: bool, shoot: bool):
        """The page's picture at both widths and what is wrong with it; nothing for what is no page to this role."""
        self.noise.clear()
        page.set_viewport_size({"width": 1440, "height": 900})
        shot = Shot(self.role, kind if number == 1 else f"{kind} ({number})", path, language)
        try:
            answer = self._visit(page, path)
        except Error as error:
            return self._closed(shot, error.message, linked), []
        if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
            return None, []
        if answer.status >= 400:
            return self._refused(shot, answer.status, linked), []
        html = answer.text()
        if "<html" not in html[:600].lower() or (linked is False and self._elsewhere(page, path)):
            return None, []
        links = self._look_once(page, shot, html, shoot=shoot)
        shot.faults += [fault for fault in dict.fromkeys(self.noise) if fault not in shot.faults]
        if shot.milliseconds > SLOW:
            shot.faults.append(("slow", f"{shot.milliseconds} ms"))
        self.shots.append(shot)
        return shot, links

    def _look_once(self, page, shot: Shot, html: str, *, shoot: bool) -> list[str]:
        """Look the page over, unless it says what another role was shown; addresses on it either way."""
        key = self.seen.key(shot, html)
        known = self.seen.find(key)
        if known is None:
            links = self._look(page, shot, shoot=shoot)
            self.seen.keep(key, shot, links)
            return links
        page.wait_for_function(SETTLED)
        shot.milliseconds = page.evaluate(LOADED_IN)
        shot.files = {int(width): file for width, file in known["files"].items()}
        shot.faults = [tuple(fault) for fault in known["faults"]]
        return [*known["links"], *page.evaluate(LINKS)]

    def _visit(self, page, path: str):
        """The answer; again while the page before is still on its way somewhere, and while our own first try is what is on its way."""
        for _try in range(PATIENCE):
            try:
                return page.goto(path, wait_until="load")
            except Error as error:
                if "interrupted by another navigation" not in error.message:
                    raise
                interrupted = error
                page.wait_for_timeout(500)
                page.wait_for_load_state()
        raise interrupted

    def _closed(self, shot: Shot, message: str, linked: bool) -> None:
        """A download, or an answer without a page: only wrong when it was offered as a link and no file comes."""
        if linked and "Download is starting" not in message and "ERR_ABORTED" not in message:
            shot.faults.append(("does not open", message.splitlines()[0]))
            self.shots.append(shot)

    def _elsewhere(self, page, path: str) -> bool:
        return page.url.removeprefix(self.address).split("?")[0] != path

    def _refused(self, shot: Shot, status: int, linked: bool) -> None:
        """A refusal is right for a page this role has no business with, unless it was offered a link to it."""
        if linked or status >= 500:
            shot.faults.append(("refused", f"{status} for a page that was offered"))
            self.shots.append(shot)

    def _look(self, page, shot: Shot, *, shoot: bool) -> list[str]:
        links: list[str] = []
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(SETTLED)
            seen = page.evaluate(f"(argument) => ({CHECKS})(argument)", {"width": width})
            links = links or seen["links"]
            self._judge(shot, seen, width)
            if shoot and self.pictures:
                self._picture(page, shot, width)
        return links

    def _judge(self, shot: Shot, seen: dict, width: int) -> None:
        if width == 1440:
            shot.milliseconds = seen["milliseconds"]
            wrong = [(why, text["text"][:80]) for text in seen["texts"] if (why := self.words.fault(text, shot.language))]
            shot.faults += list(dict.fromkeys(wrong))
        shot.faults += [(f"{what} at {width}", where) for what, where in map(tuple, seen["faults"])]

    def _picture(self, page, shot: Shot, width: int) -> None:
        name = re.sub(r"[^a-z0-9]+", "-", shot.kind.lower()).strip("-")
        file = self.folder / self.role / f"{name}.{shot.language}.{width}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=file, type="jpeg", quality=75, full_page=True, animations="disabled", caret="hide")
        shot.files[width] = f"{self.role}/{file.name}"


def walk_as(arguments: dict) -> list[dict]:
    """One role from beginning to end, in a process of its own."""
    import django

    django.setup()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.pop("chromium"), args=provide.CHROMIUM_FLAGS)
        try:
            languages = arguments.pop("languages")
            return Walk(browser, **arguments).run(languages)
        finally:
            browser.close()
