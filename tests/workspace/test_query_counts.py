"""How many times each page asks the database: a fixed number, whatever it shows."""

from __future__ import annotations

import pytest

PAGES = {
    "/": 30,
    "/customers/": 30,
    "/customers/?region=East&sort=-metric_revenue": 30,
    "/customers/C001/": 30,
    "/customers/C001/what-if/?set_revenue=9": 30,
    "/runs/": 30,
    "/import/": 30,
    "/people/": 30,
    "/audit/": 30,
}


@pytest.mark.parametrize(("page", "most"), PAGES.items())
def test_a_page_asks_a_fixed_number_of_times(page, most, signed_in, django_assert_max_num_queries):
    client = signed_in("administrator")
    assert client.get(page).status_code == 200  # what is kept for all is read
    with django_assert_max_num_queries(most):
        client.get(page)
