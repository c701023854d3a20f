"""A real browser against a real server: Debian's Chromium, driven by Playwright.

Screenshots go to `.artefacts/browser` (or `KEFEN_ARTEFACTS`), to be looked at.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from kefen.lake.book import Book

CHROMIUM = shutil.which("chromium")
ARTEFACTS = (
    Path(os.environ.get("KEFEN_ARTEFACTS", Path(__file__).parents[3] / ".artefacts")) / "browser"
)
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_SETTLED = """() => new Promise(done => {
  const look = () => document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')
    ? setTimeout(look, 20) : done();
  setTimeout(look, 60);  // what an action causes has been asked for by then
})"""
_TRIED = """([theme, options]) => {
  document.documentElement.dataset.theme = theme;
  return axe.run(document, { resultTypes: ['violations'], ...options });
}"""
THEMES = {
    "light": {},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
"""The themes, with what axe is told of each."""
_ABORTED = "net::ERR_ABORTED"  # a page was left while it asked for more, or a file came


@dataclass(frozen=True)
class Served:
    """A workspace that is being served.

    Attributes:
        address: Where it is, with a slash at the end.
        first_run: The address that makes the first account, where there is none.
        book: The directory of its book.
    """

    address: str
    first_run: str
    book: Path


@contextmanager
def serving(book: Path, *more: str) -> Iterator[Served]:
    """Run `kefen serve` on a book, on a free port, as people do."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KEFEN_", "DJANGO_"))}
    call = "from kefen.cli.main import main; main()"
    command = [sys.executable, "-c", call, "serve", "--book", str(book), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--lang", "en", *more],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if "Ctrl-C" in line:
                break
        addresses = [line for line in lines if line.startswith("http")]
        assert addresses, lines
        yield Served(addresses[0], addresses[-1], book)
    finally:
        process.terminate()
        process.wait(timeout=30)


class Visitor:
    """Somebody at a browser. Whatever the console says and whatever is asked elsewhere is kept.

    Attributes:
        page: The page that is looked at.
        wrong: What the console said, what failed, what was asked of another host.
    """

    def __init__(self, browser: Browser, served: Served, locale: str) -> None:
        self.served = served
        self.context = browser.new_context(
            base_url=served.address,
            locale=locale,
            viewport={"width": 1280, "height": 900},
            color_scheme="light",
            reduced_motion="reduce",
        )
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        host = urlsplit(served.address).netloc
        self.page.on(
            "console",
            lambda one: (
                self.wrong.append(f"console: {one.text}")
                if one.type in ("error", "warning")
                else None
            ),
        )
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on(
            "request",
            lambda one: (
                self.wrong.append(f"outside: {one.url}")
                if urlsplit(one.url).netloc not in (host, "")
                else None
            ),
        )
        self.page.on(
            "requestfailed",
            lambda one: (
                self.wrong.append(f"failed: {one.url} {one.failure}")
                if one.failure != _ABORTED
                else None
            ),
        )

    def make_first_account(self, name: str = "Ann") -> None:
        """Make the administrator, who is signed in then."""
        self.page.goto(self.served.first_run)
        self.page.fill("[name=username]", "ann")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", "a long enough secret")
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(self.served.address)

    def settle(self) -> None:
        """Wait until the parts that come after the page, or after an action, are there."""
        self.page.wait_for_load_state()
        self.page.evaluate(_SETTLED)

    def barriers(self) -> list[str]:
        """Return what axe finds on the page in both themes, each with the place.

        A theme changes colours and nothing else: in the dark one only what they decide is tried.
        """
        self.page.evaluate(AXE)
        found = []
        for theme, options in THEMES.items():
            found += [
                f"{theme}: {one['id']}: {node['target'][0]} ({one['help']}) {node['html'][:120]}"
                for one in self.page.evaluate(_TRIED, [theme, options])["violations"]
                for node in one["nodes"]
            ]
        return found

    def keep_picture(self, name: str) -> None:
        """Keep a screenshot of the whole page."""
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser.

    It is closed with its module: while Playwright runs, Django would refuse to ask a database.
    """
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visitor_of(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Return a visitor of a served workspace."""
    with ExitStack() as stack:

        def made(served: Served, locale: str = "en-GB") -> Visitor:
            visitor = Visitor(chromium, served, locale)
            stack.callback(visitor.context.close)
            return visitor

        yield made


@pytest.fixture(scope="module")
def graded(run_ids: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A workspace with two graded months and nobody in it yet."""
    from django.conf import settings

    copy = tmp_path_factory.mktemp("browser") / "book"
    shutil.copytree(
        settings.BOOK.directory, copy, ignore=shutil.ignore_patterns("workspace.*", "uploads")
    )
    with serving(copy) as served:
        yield served


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A workspace of a new book."""
    book = Book.create(tmp_path_factory.mktemp("new") / "book", name="Lantern", currency="CNY")
    with serving(book.directory) as served:
        yield served
