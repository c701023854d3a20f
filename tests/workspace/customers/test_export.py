"""The export of a list: counted, confirmed, in the order of the list, noted in the audit."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.http import QueryDict

from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.customers.queries import columns_of, customer_list, sight_of

ADDRESS = "/customers/-/export/"


def exported(client, **form):
    """Return the rows of the workbook, headings first."""
    answer = client.post(ADDRESS, {"columns": "shown", **form})
    assert "spreadsheetml" in answer["Content-Type"]
    book = openpyxl.load_workbook(BytesIO(answer.content))
    return list(book.active.iter_rows(values_only=True))


def test_nothing_leaves_before_the_number_is_confirmed(signed_in):
    client = signed_in("manager")
    asked = {"all": "1", "query": "region=East"}
    page = client.post(ADDRESS, asked).content.decode()
    assert "All that match the list: 24 customers." in page
    changed = client.post(ADDRESS, {**asked, "confirmed": "23", "columns": "shown"})
    assert "The list has changed since it was shown" in changed.content.decode()
    assert not AuditEntry.objects.filter(action="list.exported").exists()
    rows = exported(client, **asked, confirmed="24")
    entry = AuditEntry.objects.get(action="list.exported")
    assert (entry.subject, entry.detail) == ("24", {"columns": len(rows[0]) - 1})
    assert len(rows) == 25


def test_the_workbook_holds_the_chosen(signed_in):
    rows = exported(signed_in("manager"), customer=["C003", "C001"], confirmed="2")
    assert {row[0] for row in rows[1:]} == {"C001", "C003"}


@pytest.mark.parametrize("sort", ["", "-metric_revenue", "region"])
def test_the_rows_come_in_the_order_of_the_list(sort, signed_in, person, monkeypatch):
    monkeypatch.setattr("kefen.workspace.customers.paging.ON_A_PAGE", 100)
    query = f"sort={sort}&metric_orders.max=3"
    wanted = customer_list(sight_of(person("manager")), QueryDict(query)).page.rows
    rows = exported(signed_in("manager"), all="1", query=query, confirmed=str(len(wanted)))
    assert [row[0] for row in rows[1:]] == [row.customer_id for row in wanted]


def test_the_file_has_the_columns_of_the_list_or_all(signed_in, person):
    sight = sight_of(person("manager"))
    client = signed_in("manager")
    asked = {"customer": ["C003"], "confirmed": "1", "query": "columns=region&columns=owner"}
    shown = [one.label.en for one in columns_of(sight, "region,owner")]
    assert list(exported(client, **asked)[0][1:]) == ["Name", *shown]
    everything = exported(client, **{**asked, "columns": "all"})[0]
    assert list(everything[1:]) == [one.label.en for one in sight.columns.values()]


def test_nobody_is_exported_where_it_is_not_clear_who(signed_in):
    answer = signed_in("manager").post(
        ADDRESS, {"all": "1", "query": "nothing=1", "confirmed": "70"}, follow=True
    )
    assert "it is not clear who is meant" in answer.content.decode()
