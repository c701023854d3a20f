"""How many times each page asks the database: a fixed number, whatever it shows."""

from __future__ import annotations

import pytest

PAGES = {
    "/": 12,
    "/customers/": 12,
    "/customers/?region=East&sort=-metric_revenue": 12,
    "/customers/C001/": 12,
    "/customers/C001/what-if/?set_revenue=9": 12,
    "/runs/": 12,
    "/import/": 12,
    "/people/": 12,
    "/audit/": 12,
}


@pytest.mark.parametrize(("page", "most"), PAGES.items())
def test_a_page_asks_a_fixed_number_of_times(page, most, signed_in, django_assert_max_num_queries):
    client = signed_in("administrator")
    assert client.get(page).status_code == 200  # what is kept for all is read
    with django_assert_max_num_queries(most):
        client.get(page)
