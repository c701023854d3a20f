"""What the database does for lists and pages: it looks up, and never reads all customers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from kefen.workspace.customers.queries import customer_list, sight_of

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL reads a table as small as this one whole"
)
PAGES = (
    *("/customers/?region=East&grade_abc=A&sort=-metric_revenue", "/customers/?search=customer"),
    *("/customers/?grade_abc=C&grade_value_index=-", "/customers/?move_abc=down"),
    "/customers/C000/",
    *("/customers/?owner=Ann&sort=name", "/customers/C000/?in=grade_abc%3DA", "/prospects/"),
    *("/", "/customers/-/filters/", "/customers/-/find/?search=c0"),
)


def steps(query):
    """The steps that SQLite takes in the copy for a query."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        return [row[3] for row in cursor.fetchall() if "kefen_customers_" in row[3]]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_looks_customers_up(page, signed_in):
    client = signed_in("manager")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    asked = [one["sql"] for one in queries.captured_queries]
    asked = [one for one in asked if one.startswith("SELECT") and "kefen_customers_" in one]
    taken = [step for one in asked for step in steps(one)]
    assert not [step for step in taken if step.startswith("SCAN") and "INDEX" not in step]


@pytest.mark.parametrize("role", ["manager", "account_manager"])
def test_what_is_found_in_full_is_looked_up_in_the_index_of_its_column(role, signed_in):
    client = signed_in(role)
    with CaptureQueriesContext(connection) as queries:
        client.get("/customers/?search=13900001234")
    (asked,) = (one["sql"] for one in queries.captured_queries if '"tax_id" = ' in one["sql"])
    taken = steps(asked)
    assert len(taken) == 3
    for name, step in zip(("tax_id", "phone", "email"), taken, strict=True):
        assert f"({name}=?)" in step


def test_the_list_as_it_opens_is_read_along_its_order(person):
    sight = sight_of(person("manager"))
    with CaptureQueriesContext(connection) as queries:
        customer_list(sight, QueryDict("sort=-metric_revenue"))
    page = next(one["sql"] for one in queries.captured_queries if "ORDER BY" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {page}")
        taken = [row[3] for row in cursor.fetchall()]
    assert not [step for step in taken if "B-TREE" in step]
    assert any("metric_revenue" in step for step in taken)
