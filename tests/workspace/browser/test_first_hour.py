"""The first hour of somebody new, from an empty book to the answers, in a real browser."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import openpyxl
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

CUSTOMERS = 60
TODAY = date(2026, 10, 28)
WAIT = 120_000  # milliseconds that a job of the worker may take


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Three files as a firm has them; one row of the orders is broken."""
    folder = tmp_path_factory.mktemp("files")
    customers = [["customer_id", "name", "region", "industry", "owner", "created_on"]]
    orders = [["order_id", "customer_id", "ordered_at", "amount"]]
    invoices = [["invoice_id", "customer_id", "issued_on", "due_on", "amount", "settled_on"]]
    for n in range(CUSTOMERS):
        region, owner = ("East", "West", "South")[n % 3], ("Ann", "Bo")[n % 2]
        customers.append([f"C{n:03}", f"Firm {n}", region, "Trade", owner, "2024-01-01"])
        for k in range(1 + n % 5):
            day = TODAY - timedelta(days=37 * k + n * 3)
            number, amount = f"O{n}-{k}", (n * 7919) % 991 + 10
            orders.append([number, f"C{n:03}", day, amount])
            due, paid = day + timedelta(days=30), day + timedelta(days=20 + n % 40)
            invoices.append([number, f"C{n:03}", day, due, amount, paid if paid < TODAY else ""])
    orders.append(["O-broken", "C001", "the 45th of Octember", "100"])
    return {
        "customers": write(folder / "customers.csv", customers),
        "orders": write(folder / "orders.csv", orders),
        "receivables": write(folder / "receivables.csv", invoices),
    }


def bring_in(visitor, table, file, *, broken):
    """Take a file through the four steps."""
    page = visitor.page
    page.goto("import/")
    page.select_option("[name=table]", table)
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Which heading is which column?")).to_be_visible()
    visitor.keep_picture(f"hour-import-{table}-columns")
    page.get_by_role("button", name="Try it").click()
    button = page.get_by_role("button", name="Import ")
    expect(button).to_be_visible(timeout=WAIT)
    visitor.keep_picture(f"hour-import-{table}-dry-run")
    if broken:
        with page.expect_download() as download:
            page.get_by_role("link", name="See each with its reason").click()
        rejected = download.value.path().read_text(encoding="utf-8-sig")
        assert "the 45th of Octember" in rejected
    button.click()
    expect(page.get_by_role("heading", name="It is in the book")).to_be_visible(timeout=WAIT)


def test_the_first_hour(empty, files, visitor_of, tmp_path):
    visitor = visitor_of(empty)
    page = visitor.page

    page.goto(empty.first_run)
    visitor.keep_picture("hour-first-run")
    visitor.make_first_account()
    expect(page.get_by_role("heading", name="Three steps to the first grades")).to_be_visible()
    visitor.keep_picture("hour-nothing-yet")

    for table, file in files.items():
        bring_in(visitor, table, file, broken=table == "orders")

    page.goto("runs/")
    page.locator("summary", has_text="Grade").click()
    page.get_by_role("button", name="Start").click()
    run = page.get_by_role("link", name="2026-09-30")
    expect(run).to_be_visible(timeout=WAIT)
    visitor.keep_picture("hour-runs")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Overview").click()
    expect(page.get_by_text("as of 2026-09-30")).to_be_visible()
    visitor.keep_picture("hour-overview")
    row = page.locator("table.tiers tbody tr").first
    counted = row.locator("td.number.strong").inner_text()
    row.get_by_role("link").click()
    expect(page.get_by_text(f"{counted} match")).to_be_visible()
    assert "grade_" in page.url
    visitor.keep_picture("hour-list")

    page.locator("summary", has_text="Keep view").click()
    page.get_by_label("Name").fill("Our best")
    page.get_by_role("button", name="Keep", exact=True).click()
    tab = page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Our best")
    expect(tab).to_have_attribute("aria-current", "page")

    page.get_by_role("button", name="Export", exact=False).first.click()
    expect(page.get_by_text(f"All that match the list: {counted} customers.")).to_be_visible()
    visitor.keep_picture("hour-export")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=False).click()
    download.value.save_as(tmp_path / "customers.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "customers.xlsx")
    assert workbook.active.max_row == int(counted) + 1
    page.get_by_role("link", name="Back").click()

    page.locator("table.customers tbody a").first.click()
    why = page.locator("#why")
    expect(why.get_by_role("heading")).to_contain_text("Why")
    expect(why.locator("table.fall tbody tr").first).to_be_visible()
    visitor.keep_picture("hour-customer")
    figure = page.locator("#what-if input.input").first
    figure.fill("1")
    figure.press("Tab")
    expect(page.locator("#tried")).not_to_be_empty()
    visitor.keep_picture("hour-what-if")

    tasks = page.locator("#tasks")
    tasks.locator("summary", has_text="New task").click()
    tasks.get_by_label("What is to be done").fill("Ask about the spring order")
    tasks.get_by_label("Until").fill("2026-12-01")
    tasks.get_by_role("button", name="Make it").click()
    expect(tasks.get_by_role("link", name="Ask about the spring order")).to_be_visible()
    visitor.keep_picture("hour-task")

    page.get_by_title("切换为中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#why")).to_contain_text("为什么")
    with page.expect_response("**/theme/"):  # it is kept in the background
        page.get_by_title("深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    visitor.keep_picture("hour-customer-chinese-dark")

    page.locator("summary[aria-label^=用户菜单]").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    page.goto("customers/")
    assert "/sign-in/" in page.url
    assert visitor.wrong == []
