"""What is behind buttons: menus, forms, dialogs and confirmations, to axe and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

LANGUAGES = {"en-GB": "en", "zh-CN": "zh-CN"}
# Pages whose parts open by a summary; each kind of part is looked at once.
PAGES = (
    "",
    "customers/?region=East&view=1",
    "customers/C001/",
    "prospects/",
    "runs/",
    "import/",
    "work/",
    "tables/movements_year/",
)
# Forms of their own, with what they are filled with before they are sent wrong.
FORMS = (
    "records/new/",
    "records/customer/C001/edit/",
    "records/customer/C001/archive/",
    "records/customer/C001/merge/?other=C002",
    "records/fields/",
    "prospects/prospect/?customer=P1",
    "people/new/",
    "password/",
)
ACTIONS = ("task", "tag", "untag", "assign", "pool", "export")

_SUMMARIES = """() => [...document.querySelectorAll('main summary, header summary')]
  .filter(one => one.checkVisibility())
  .map((one, place) => { one.dataset.opens = place; return one.textContent.trim()
    + '|' + (one.parentElement.querySelector('form')?.getAttribute('action') ?? '').split('?')[0];
  })"""
_INSIDE = """place => {
  const box = document.querySelector(`[data-opens="${place}"]`).parentElement;
  return [...box.querySelectorAll(
      'a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility())
    .map((one, n) => { one.dataset.place = n; return n; }); }"""
_FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return [one.dataset.place ?? null,
    one.matches(':focus-visible') && style.outlineStyle === 'none', one.outerHTML.slice(0, 100)];
}"""


@pytest.fixture(scope="module")
def keeper(graded, visitor_of):
    """The administrator, with a prospect, a tag, and a view that is kept."""
    visitor = visitor_of(graded)
    visitor.make_first_account()
    page = visitor.page
    page.wait_for_selector("table.tiers", timeout=120_000)
    for number in ("P1", "P2"):
        page.goto("prospects/" if page.url.endswith("P1/") else "records/new/?status=prospect")
        if page.url.endswith("prospects/"):
            page.get_by_role("link", name="Prospect", exact=True).click()
        page.fill("[name=number]", number)
        page.fill("[name=name]", f"Prospect {number}")
        expect(page.locator("[name=status]")).to_have_value("prospect")
        page.locator("main form button.button-main").click()
        page.wait_for_url(f"**/customers/{number}/**")
    page.goto("customers/?region=East")
    page.locator("summary", has_text="Keep view").click()
    page.fill("[name=name]", "East")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.locator("[data-row]").first.check()
    page.locator("[data-chosen-bar] button[value=tag]").click()
    page.fill("[name=tag]", "fair")
    page.locator("main form button.button-main").click()
    page.wait_for_url("**/customers/**")
    return visitor


@pytest.fixture(params=LANGUAGES)
def reader(request, keeper, visitor_of):
    """The same person, in each language."""
    visitor = visitor_of(keeper.served, request.param)
    visitor.context.add_cookies(keeper.context.cookies())
    visitor.context.clear_cookies(name="kefen_language")
    visitor.language = LANGUAGES[request.param]
    return visitor


def summaries(visitor):
    """Yield each kind of summary once, on its page as it comes: address, place, and what it is."""
    page, seen = visitor.page, set()
    for address in PAGES:
        page.goto(address)
        visitor.settle()
        fresh = True
        for place, what in enumerate(page.evaluate(_SUMMARIES)):
            if what in seen:
                continue
            seen.add(what)
            if not fresh:
                page.goto(address)
                visitor.settle()
                page.evaluate(_SUMMARIES)
            fresh = False
            yield address, place, what


def barriers(visitor, what):
    """Return what axe finds in both themes, and whether the page scrolls sideways."""
    found = [f"{what} {one}" for one in visitor.barriers()]
    for width in (390, 1280):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        reach = visitor.page.evaluate("document.documentElement.scrollWidth")
        if reach > width:
            found.append(f"{what} at {width}: {reach} wide")
    return found


def test_no_menu_and_no_hidden_form_keeps_anybody_out(reader):
    seen, found = [], []
    for address, place, what in summaries(reader):
        seen.append(what)
        reader.page.locator(f"[data-opens='{place}']").click()
        reader.settle()
        found += barriers(reader, f"{address}: {what}")
    assert len(seen) > 15
    assert not found, "\n".join(found)
    assert reader.wrong == []


def test_every_field_of_the_filters_opens_without_a_barrier(reader):
    page = reader.page
    page.goto("customers/-/filters/?region=East&metric_orders.min=2")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert not (found := barriers(reader, "filters")), "\n".join(found)


def test_no_form_keeps_anybody_out_empty_or_wrong(reader):
    page, found = reader.page, []
    for address in FORMS:
        answer = page.goto(address)
        assert answer.ok, address
        found += barriers(reader, address)
        button = page.locator("main form[method=post] button.button-main").first
        # Those that could go through as they are stay unsent.
        if button.count() and not any(one in address for one in ("archive", "merge", "prospect")):
            page.evaluate(
                "document.querySelectorAll('main form').forEach(one => { one.noValidate = true })"
            )
            button.click()
            page.wait_for_load_state("networkidle")  # it comes with another page
            found += barriers(reader, f"{address} sent")
    assert not found, "\n".join(found)


def test_no_confirmation_of_an_action_keeps_anybody_out(reader):
    page, found = reader.page, []
    for action in ACTIONS:
        page.goto("customers/?all=1")
        page.locator("[data-row]").first.check()
        found += barriers(reader, "chosen") if action == "task" else []
        page.set_viewport_size({"width": 1280, "height": 900})
        at = "[formaction]" if action == "export" else f"button[value={action}]"
        page.locator(f"[data-chosen-bar] {at}").click()
        expect(page.locator("input[name=confirmed]")).to_have_value("1")
        found += barriers(reader, action)
    assert not found, "\n".join(found)


def test_the_palette_keeps_nobody_out(reader):
    page = reader.page
    page.goto("customers/?all=1")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-found [role=option]")
    found = barriers(reader, "palette")
    page.keyboard.type("Customer 1")
    page.wait_for_selector("#palette-found [data-address*='/customers/']")
    found += barriers(reader, "palette with customers")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    assert not found, "\n".join(found)


def test_what_a_summary_opens_is_used_by_keyboard_alone(keeper):
    page, unreached, unseen = keeper.page, [], []
    for address, place, what in summaries(keeper):
        page.locator(f"[data-opens='{place}']").focus()
        page.keyboard.press("Enter")
        keeper.settle()
        wanted = set(page.evaluate(_INSIDE, place)) - {0}  # the first is the summary itself
        days = page.locator(f"details:has(> [data-opens='{place}']) input[type=date]").count()
        reached = set()
        for _ in range(len(wanted) + 2 + 4 * days):
            page.keyboard.press("Tab")
            at, hidden, html = page.evaluate(_FOCUSED)
            reached |= {int(at)} if at is not None else set()
            unseen += [f"{address} {what}: {html}"] if hidden else []
            if reached >= wanted:
                break
        unreached += [f"{address} {what}: {one}" for one in wanted - reached]
    assert not unreached, "\n".join(unreached)
    assert not unseen, "\n".join(unseen)


def test_a_list_is_filtered_and_exported_without_a_mouse(keeper):
    page, keys = keeper.page, keeper.page.keyboard
    page.goto("customers/?all=1")
    page.locator("summary.chip-add").focus()
    keys.press("Enter")
    page.wait_for_selector("#narrow")
    page.focus("#narrow")
    keys.type("Region")
    page.locator(".filter-form details:visible summary").first.focus()
    keys.press("Enter")
    page.locator("input[name=region]").first.focus()
    keys.type("West")
    keys.press("Enter")
    page.wait_for_url("**region=West**")
    page.locator("[data-all-rows]").focus()
    keys.press("Space")
    page.locator("[data-chosen-bar] [formaction]").focus()
    keys.press("Enter")
    expect(page.locator("input[name=confirmed]")).to_have_value("23")
    page.locator("main form button.button-main").focus()
    with page.expect_download() as download:
        keys.press("Enter")
    assert download.value.suggested_filename == "customers.xlsx"


@pytest.mark.parametrize("way", ["drag", "keys"])
def test_a_prospect_is_moved_on_the_board(way, keeper):
    page = keeper.page
    name = {"drag": "Prospect P1", "keys": "Prospect P2"}[way]
    page.goto("prospects/")
    stages = page.locator("[data-stage]")
    card = page.locator(".board-card", has_text=name)
    expect(stages.nth(0).locator(".board-card", has_text=name)).to_be_visible()
    if way == "drag":
        # Taken at its name, which is a link that a browser would drag by itself.
        card.get_by_role("link", name=name, exact=True).drag_to(stages.nth(2).locator("h2"))
    else:
        for stage in (1, 2):
            button = card.get_by_role("button", name="one stage on")
            if stage == 1:
                button.focus()
            else:  # the focus is where it was
                expect(button).to_be_focused()
            page.keyboard.press("Enter")
            expect(stages.nth(stage).locator(".board-card", has_text=name)).to_be_visible()
    expect(stages.nth(2).locator(".board-card", has_text=name)).to_be_visible()
    page.reload()
    expect(stages.nth(2).locator(".board-card", has_text=name)).to_be_visible()
    if way == "drag":
        card.drag_to(stages.nth(2).locator("h2"))  # back where it is: nothing is sent
        card.drag_to(page.locator("h1"))  # beside the board
        expect(stages.nth(2).locator(".board-card", has_text=name)).to_be_visible()
        assert page.url.endswith("#moved") or page.url.endswith("prospects/")
    assert keeper.wrong == []
