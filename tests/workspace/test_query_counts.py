"""How many times each page asks the database: a fixed number, whatever it shows."""

from __future__ import annotations

import pytest

PAGES = {
    "/": 20,
    "/customers/": 20,
    "/customers/?region=East&sort=-metric_revenue": 20,
    "/customers/C001/": 20,
    "/customers/C001/what-if/?set_revenue=9": 20,
    "/runs/": 20,
    "/import/": 20,
    "/people/": 20,
    "/audit/": 20,
}


@pytest.mark.parametrize(("page", "most"), PAGES.items())
def test_a_page_asks_a_fixed_number_of_times(page, most, signed_in, django_assert_max_num_queries):
    client = signed_in("administrator")
    assert client.get(page).status_code == 200  # what is kept for all is read
    with django_assert_max_num_queries(most):
        client.get(page)
