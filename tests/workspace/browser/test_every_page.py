"""Every page that can be reached: no barrier, no sideways scroll, all of it by keyboard."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import resolve

pytestmark = pytest.mark.slow

WIDTHS = (390, 768, 1024, 1280, 1920)
LANGUAGES = {"en-GB": "en", "zh-CN": "zh-CN"}

# States of pages that no link leads to, beside those that are found by following links.
STATES = (
    "customers/?search=nobody-has-this-name",
    "customers/?region=East&grade_abc=A&sort=-metric_revenue&strange=1",
    "customers/?columns=grade_abc&columns=before_abc&columns=score_abc&columns=metric_revenue",
    "customers/C001/?scheme=abc",
    "nothing/is/here/",
)

_TABBABLE = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility())
  .map((one, place) => { one.dataset.place = place; return place; })"""
_FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return [one.dataset.place ?? null,
    one.matches(':focus-visible') && style.outlineStyle === 'none', one.outerHTML.slice(0, 100)];
}"""


def page_name(address):
    """Return the name of the address of a page; None outside of the workspace."""
    match = resolve(urlsplit(address).path)
    return match.view_name


def pages_of(visitor):
    """Return one address of every kind of page, found by following links from the overview."""
    found, waiting = {}, [""]
    while waiting:
        address = waiting.pop(0)
        name = page_name(f"/{address}")
        if name in found:
            continue
        answer = visitor.context.request.get(address)
        assert answer.ok, (address, answer.status)
        if "<html" not in (answer.text() if "text/html" in answer.headers["content-type"] else ""):
            found[name] = None  # a file, or a part of a page
            continue
        found[name] = address
        visitor.page.goto(address)
        links = visitor.page.eval_on_selector_all(
            "a[href]", "all => all.map(one => one.getAttribute('href') && one.href)"
        )
        waiting += [
            link.removeprefix(visitor.served.address).partition("#")[0]
            for link in links
            if link and link.startswith(visitor.served.address)
        ]
    return [address for address in found.values() if address is not None]


@pytest.fixture(scope="module")
def keeper(graded, visitor_of):
    """The administrator of the workspace of two graded months, with one upload on its way."""
    visitor = visitor_of(graded)
    visitor.make_first_account()
    page = visitor.page
    page.wait_for_selector("table.tiers", timeout=120_000)
    page.goto("import/")
    page.select_option("[name=table]", "customers")
    content = "customer_id,name,region,created_on\nN1,New,East,2026-01-01\nN2,Bad,East,not a day\n"
    page.set_input_files(
        "[name=file]", {"name": "new.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("button", name="Import ").wait_for(timeout=120_000)
    visitor.pages = [*pages_of(visitor), *STATES]
    return visitor


def test_the_pages_are_found_by_their_links(keeper):
    names = {page_name(f"/{address}") for address in keeper.pages if "nothing" not in address}
    assert names >= {
        "overview:overview",
        "customers:list",
        "customers:customer",
        "runs:list",
        "runs:run",
        "imports:list",
        "imports:columns",
        "imports:result",
        "accounts:people",
        "accounts:add_person",
        "accounts:change_person",
        "accounts:add_team",
        "accounts:password",
        "audit:list",
    }


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_page_keeps_anybody_out_or_scrolls_sideways(locale, keeper, visitor_of):
    visitor = visitor_of(keeper.served, locale)
    visitor.context.add_cookies(keeper.context.cookies())
    visitor.context.clear_cookies(name="kefen_language")
    page = visitor.page
    barriers, wide, missing = [], [], []
    for address in (*keeper.pages, "sign-in/?next=/"):
        if address.startswith("sign-in"):
            visitor.context.clear_cookies()
        answer = page.goto(address)
        if page.locator("html").get_attribute("lang") != LANGUAGES[locale]:
            missing.append(address)
        barriers += [f"{address} {one}" for one in visitor.barriers()]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            reach = page.evaluate("document.documentElement.scrollWidth")
            if reach > width:
                wide.append(f"{address} at {width}: {reach}")
        page.set_viewport_size({"width": 390, "height": 900})
        name = (page_name(f"/{address}") if answer.ok else "missing").replace(":", "-")
        visitor.keep_picture(f"{name}-{LANGUAGES[locale]}-dark-390")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        visitor.keep_picture(f"{name}-{LANGUAGES[locale]}-light-1280")
    assert not barriers, "\n".join(barriers)
    assert not wide, "\n".join(wide)
    assert not missing, "\n".join(missing)
    # The page that is not there is answered as such; the browser says so.
    assert [one for one in visitor.wrong if "404" not in one] == []


def test_every_page_can_be_used_by_keyboard_alone(keeper):
    page = keeper.page
    unreached, unseen = [], []
    for address in keeper.pages:
        page.goto(address)
        keeper.settle()  # parts that come after the page
        wanted = set(page.evaluate(_TABBABLE))
        reached = set()
        # A field of a day has stops for its parts and its calendar.
        more = 5 + 4 * page.locator("input[type=date]").count()
        for _ in range(len(wanted) + more):
            page.keyboard.press("Tab")
            place, hidden, what = page.evaluate(_FOCUSED)
            if place is not None:
                reached.add(int(place))
            if hidden:
                unseen.append(f"{address}: {what}")
            if reached == wanted:
                break
        for one in wanted - reached:
            html = page.locator(f"[data-place='{one}']").evaluate("one => one.outerHTML")
            unreached.append(f"{address}: {html[:120]}")
    assert not unreached, "\n".join(unreached)
    assert not unseen, "\n".join(unseen)


def test_from_sign_in_to_the_reason_of_a_grade_without_a_mouse(keeper, visitor_of):
    visitor = visitor_of(keeper.served)
    page, keys = visitor.page, visitor.page.keyboard
    page.goto("sign-in/")
    page.focus("[name=username]")
    keys.type("ann")
    keys.press("Tab")
    keys.type("a long enough secret")
    keys.press("Enter")
    page.wait_for_selector("table.tiers")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    keys.press("/")
    keys.type("Customer 12")
    keys.press("Enter")
    page.wait_for_url("**/customers/?search=*")
    page.focus("table.customers tbody a")
    keys.press("Enter")
    page.wait_for_selector("#why")
    keys.press("Control+k")
    keys.type("Customer 1")
    page.wait_for_selector("#palette-found [data-address*='/customers/']")
    keys.press("ArrowDown")
    wanted = page.get_attribute("#palette-found [aria-selected=true]", "data-address")
    keys.press("Enter")
    page.wait_for_url(f"**{wanted}")
    assert visitor.wrong == []
