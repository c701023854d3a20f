"""A customer's page: why, what if, and before."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

import pytest
from django.http import QueryDict

from kefen.grading.explain import explain
from kefen.grading.what_if import what_if
from kefen.reports.one_card import customer_card
from kefen.workspace.book import served_book
from kefen.workspace.customers.customer import customer_page, tried
from kefen.workspace.customers.further import way_up
from kefen.workspace.customers.neighbours import neighbours_of
from kefen.workspace.customers.paging import page_of
from kefen.workspace.customers.queries import matching, order_of, sight_of
from kefen.workspace.runs.queries import stored_run
from kefen.workspace.shell import formats

PHONE, EMAIL = "13900001234", "canary@secret.example"


def page_for(person, customer, scheme=""):
    sight = sight_of(person("manager"))
    row = sight.customers().get(pk=customer)
    return customer_page(sight, row, scheme, may_see_why=True), sight, row


def test_the_waterfall_adds_up_to_the_score(person):
    for number in range(0, 65, 5):
        page, _, row = page_for(person, f"C{number:03}", "value_index")
        if page.total is None:
            continue
        given = sum((bar.points or Decimal(0) for bar in page.bars), Decimal(0))
        assert given == page.total.points == row.score_value_index


def test_the_page_says_the_sentence_of_the_explanation(signed_in, person):
    _, sight, _ = page_for(person, "C060", "value_index")
    run = stored_run(sight.publication.run_id)
    wanted = explain(run, "C060", scheme="value_index", name="Customer 60").schemes[0].sentence.en
    shown = signed_in("manager").get("/customers/C060/?scheme=value_index").content.decode()
    assert wanted.replace("&", "&amp;") in re.sub(r"\s+", " ", shown)


def test_a_customer_without_a_grade_says_why(signed_in):
    shown = signed_in("manager").get("/customers/C069/").content.decode()
    assert "Why no grade?" in shown


def test_other_figures_give_other_grades_and_change_nothing(person, signed_in):
    _, sight, row = page_for(person, "C001")
    answer = tried(sight, row, QueryDict("set_revenue=99999"))
    assert any(one.scheme == "abc" and one.grade_after == "A" for one in answer.answer.outcomes)
    assert tried(sight, row, QueryDict("set_revenue=abc")).wrong is not None
    assert tried(sight, row, QueryDict("")).answer is None
    shown = signed_in("manager").get("/customers/C001/what-if/?set_revenue=99999")
    assert "Then" in shown.content.decode()
    assert page_for(person, "C001")[2].metric_revenue == row.metric_revenue


def test_the_grade_of_each_run_is_told(person):
    page, sight, row = page_for(person, "C010", "abc")
    assert [one.as_of for one in page.history] == ["2026-10-31", "2026-09-30"]
    column = sight.columns["grade_abc"]
    assert page.history[0].cell.grade == column.grade_of(row.grade_abc)
    assert page.history[1].cell.grade == column.grade_of(row.before_abc)


def test_a_customer_that_is_gone_is_said_in_words(signed_in):
    answer = signed_in("manager", "zh-CN").get("/customers/C999/")
    assert answer.status_code == 404
    assert "这里没有内容" in answer.content.decode()


def test_sliders_stand_in_the_standard_s_order(person):
    page, sight, _ = page_for(person, "C060", "value_index")
    order = list(stored_run(sight.publication.run_id).standard.metrics)
    places = [order.index(one.metric) for one in page.sliders]
    assert len(places) > 1
    assert places == sorted(places)


def test_the_standing_is_the_way_to_the_lines(person):
    seen = 0
    for number in range(0, 65, 3):
        page, _, _ = page_for(person, f"C{number:03}", "value_index")
        why = page.chosen
        if page.standing is None or why.score is None:
            continue
        lines = [one.line for one in why.thresholds if one.line is not None]
        higher = [line for line in lines if line > why.score]
        assert (page.standing.below is not None) == bool(higher)
        if higher:
            assert formats.number_in_words((min(higher) - why.score).quantize(Decimal("0.01"))) in (
                page.standing.below.en
            )
        seen += 1
    assert seen > 5


@pytest.mark.parametrize(
    "query",
    [
        *("sort=-metric_revenue", "sort=region&region=East&region=-"),
        *("sort=metric_revenue&region=East", "sort=-score_abc&search=customer&owner=Ann"),
    ],
)
def test_next_and_previous_walk_the_list_both_ways(query, person):
    sight = sight_of(person("manager"))
    asked = QueryDict(query)
    rows = {row.customer_id: row for row in sight.customers()}
    order = order_of(sight, asked["sort"])
    listed, after = [], ""
    while True:
        page = page_of(matching(sight, asked), order, after)
        listed += [row.customer_id for row in page.rows]
        if page.after is None:
            break
        after = page.after
    for before, one, following in zip([None, *listed], listed, [*listed[1:], None], strict=False):
        found = neighbours_of(sight, asked, rows[one])
        assert (found.before, found.after) == (before, following)


def test_what_happened_is_told_newest_first_and_without_amounts_where_they_are_hidden(signed_in):
    shown = signed_in("manager").get("/customers/C060/facts/").content.decode()
    assert "Order O" in shown and "¥" in shown
    days = re.findall(r"<small>([^<]+)</small>", shown)
    parsed = [datetime.strptime(day, "%d %b %Y") for day in days]
    assert parsed == sorted(parsed, reverse=True)
    assert "¥" not in signed_in("service_agent").get("/customers/C060/facts/").content.decode()
    assert signed_in("account_manager").get("/customers/C069/facts/").status_code == 404


def test_what_reaches_a_grade_reaches_it(person, signed_in):
    sight = sight_of(person("manager"))
    run = stored_run(sight.publication.run_id)
    tried_ways = 0
    for number in range(1, 60, 7):
        row = sight.customers().get(pk=f"C{number:03}")
        way = way_up(sight, row, "value_index")
        for change in way.changes:
            outcome = what_if(run, f"C{number:03}", {change.metric: str(change.needed)})
            one = next(one for one in outcome.outcomes if one.scheme == "value_index")
            names = {grade.id: grade.name for grade in run.standard.schemes["value_index"].grades}
            assert names[one.grade_after] == way.grade
            tried_ways += 1
    assert tried_ways
    page = signed_in("manager").get("/customers/C001/reach/?scheme=value_index")
    assert page.status_code == 200


def test_the_portrait_tells_what_sets_a_customer_apart(signed_in):
    shown = signed_in("manager", "zh-CN").get("/customers/C060/portrait/").content.decode()
    assert "<dt>" in shown and "如何经营" in shown


def test_the_card_has_the_grades_that_were_kept_and_no_hidden_contact(signed_in, person):
    row = sight_of(person("manager")).customers().get(pk="C007")
    shown = signed_in("manager").get("/customers/C007/card/").content.decode()
    assert "Table 4 Customer card" in shown
    assert PHONE in shown and EMAIL in shown
    column = sight_of(person("manager")).columns["grade_abc"]
    assert column.grade_of(row.grade_abc).name.en in shown
    for role in ("analyst", "auditor"):
        hidden = signed_in(role).get("/customers/C007/card/").content.decode()
        assert PHONE not in hidden and EMAIL not in hidden
    prospect = signed_in("manager").get("/customers/C069/card/").content.decode()
    assert "Table 5 Prospect card" in prospect


def test_the_card_of_one_is_that_of_the_whole_run(person, run_ids):
    sight = sight_of(person("manager"))
    run = stored_run(sight.publication.run_id)
    card, _ = customer_card(served_book(), run, "C060")
    lines = {item.label.en: item.value for group in card.groups for item in group.items}
    metrics = run.metrics_of("C060")
    assert lines["Sales in the window"] == metrics["revenue"]
    assert lines["Purchases in the window"] == metrics["orders"]
    assert lines["Last deal"] == metrics["last_purchase_on"]


@pytest.mark.parametrize("part", ["facts", "reach", "portrait", "what-if"])
def test_a_part_is_a_page_of_its_own_where_no_script_asks_for_it(part, signed_in):
    client = signed_in("manager")
    page = client.get(f"/customers/C060/{part}/?scheme=value_index").content.decode()
    asked = client.get(
        f"/customers/C060/{part}/?scheme=value_index", headers={"hx-request": "true"}
    )
    assert "<h1" in page and "<html" in page
    assert "<html" not in asked.content.decode()
