"""Addresses of customers: whatever their numbers are, each leads to its own page."""

from __future__ import annotations

from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from hypothesis import example, given
from hypothesis import strategies as st

from kefen.workspace.records.services import create_customer

HOST = "http://kefen.example"
NUMBERS = (
    *("A/card", "A/card/", "/", "//x", "A/facts/card", "-", "-/export", "new", "find", "bulk"),
    *(".", "..", "../C001", "./.", "a/../b", "~1", "~01", "~0~2", "~"),
    *(
        "50 %",
        "%2F",
        "%",
        "a?b=c",
        "a#b",
        "a&b=1",
        "a+b",
        "a;b",
        "\\",
        "客户/壹",
        "Ünïcode 1",
        "'\"<",
    ),
)


def names_of_customers(resolver=None, space=""):
    """Return the name of every address that holds the number of a customer."""
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            found += names_of_customers(one, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern) and "customer_id" in one.pattern.converters:
            found.append(f"{space}{one.name}")
    return found


def asked_for(address):
    """Return the path that a browser asks for when it goes to an address."""
    return urlsplit(urljoin(f"{HOST}/customers/", address)).path


def every_number(function):
    for number in NUMBERS:
        function = example(number)(function)
    return given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))(function)


@every_number
def test_every_address_of_a_customer_is_its_own(number):
    for name in names_of_customers():
        match = resolve(unquote(asked_for(reverse(name, args=[number]))))
        assert (match.view_name, match.kwargs) == (name, {"customer_id": number})


def test_there_are_addresses_of_customers_in_every_room():
    spaces = {name.partition(":")[0] for name in names_of_customers()}
    assert spaces == {"customers", "records", "ownership", "work", "api"}


@pytest.mark.parametrize("name", ["grades", "why"])
@pytest.mark.parametrize("number", ["A/card", "A/grades", "C 1/x"])
def test_programs_may_write_slashes_as_they_are(name, number):
    match = resolve(f"/api/customers/{number}/{name}/")
    assert (match.url_name, match.kwargs) == (name, {"customer_id": number})


@pytest.mark.parametrize("number", NUMBERS)
def test_the_pages_of_such_a_customer_are_there(number, signed_in, person, clean_book):
    manager = person("manager")
    given_name = f"Firm {number}"
    made = create_customer(manager, {"name": given_name}, number=number, token=number[:40])
    client = signed_in("manager")
    listed = client.get("/customers/", {"search": given_name}).content.decode()
    address = reverse("customers:customer", args=[made])
    assert f'href="{address}?' in unescape(listed)
    for name in ("customers:customer", "customers:facts", "records:edit", "records:history"):
        answer = client.get(asked_for(reverse(name, args=[made])))
        assert answer.status_code == 200, name
    shown = client.get(address)
    assert shown.context["row"].pk == number
