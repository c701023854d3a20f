"""How many times each page asks the database: a fixed number, whatever it shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

PAGES = {
    "/": 11,
    "/?scheme=abc&team=North": 11,
    "/customers/": 10,
    "/customers/?region=East&sort=-metric_revenue": 11,
    "/customers/?region=East&grade_abc=A&move_abc=down&sort=-metric_revenue": 11,
    "/customers/?search=1&sort=name": 15,
    "/customers/-/filters/": 6,
    "/customers/-/find/?search=c": 10,
    "/customers/C000/": 21,
    "/customers/C000/?in=region%3DEast": 26,
    "/customers/C000/what-if/?set_revenue=9": 5,
    "/work/": 6,
    "/work/visits/": 6,
    "/prospects/": 14,
    "/pool/": 8,
    "/tables/": 6,
    "/notices/": 6,
    "/runs/": 6,
    "/import/": 6,
    "/people/": 7,
    "/audit/": 5,
}


@pytest.mark.parametrize(("page", "most"), PAGES.items())
def test_a_page_asks_a_fixed_number_of_times(page, most, signed_in, django_assert_max_num_queries):
    client = signed_in("administrator")
    assert client.get(page).status_code == 200  # what is kept for all is read
    with django_assert_max_num_queries(most):
        client.get(page)


def test_a_page_reads_one_copy_and_looks_it_up_once(signed_in):
    client = signed_in("account_manager")
    for page in ("/", "/customers/?region=East", "/customers/C000/", "/pool/", "/work/"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        asked = [one for one in queries.captured_queries if 'FROM "runs_pointer"' in one["sql"]]
        assert len(asked) == 1, page
