"""A customer's page: why, what if, and before."""

from __future__ import annotations

import re
from decimal import Decimal

from django.http import QueryDict

from kefen.grading.explain import explain
from kefen.workspace.customers.customer import customer_page, tried
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.runs.queries import stored_run


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
