"""Custom attributes in the list: columns, filters, saved views, export; and who sees them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.http import QueryDict

from kefen.workspace.customers.models import SavedView
from kefen.workspace.customers.own import with_own
from kefen.workspace.customers.queries import customer_list, sight_of
from kefen.workspace.records import services

VALUES = {
    "number": {"C001": "12.5", "C002": "-3", "C003": "100"},
    "date": {"C001": "2025-12-31", "C002": "2026-01-01", "C004": "2026-03-01"},
    "choice": {"C001": "truck", "C002": "train", "C005": "truck"},
    "yes_no": {"C001": "yes", "C002": "no"},
    "text": {"C001": "near the river", "C006": "By the RIVER"},
}


@pytest.fixture
def own(person, clean_book):
    """One custom attribute of each kind with values, by kind."""
    analyst, manager = person("analyst"), person("manager")
    made = {}
    for kind, values in VALUES.items():
        made[kind] = services.add_attribute(
            analyst,
            name_en=f"Own {kind}",
            name_zh=f"自定义 {kind}",
            kind=kind,
            choices=["truck", "train"] if kind == "choice" else [],
            money=kind == "number",
        )
        for customer, value in values.items():
            services.change_customer(
                manager, customer, {made[kind].field: value}, was={made[kind].field: None}
            )
    return {kind: one.field for kind, one in made.items()}


def found(person, query, role="manager"):
    listed = customer_list(sight_of(person(role)), QueryDict(query))
    return None if listed.unknown else {row.customer_id for row in listed.page.rows}


def test_each_kind_is_a_filter(own, person):
    number, day, choice = own["number"], own["date"], own["choice"]
    assert found(person, f"{number}.min=12.5") == {"C001", "C003"}
    assert found(person, f"{number}.max=12.4999") == {"C002"}
    assert found(person, f"{number}=*") == {"C001", "C002", "C003"}
    assert found(person, f"{day}.min=2026-01-01&{day}.max=2026-02-01") == {"C002"}
    assert found(person, f"{choice}=truck") == {"C001", "C005"}
    assert found(person, f"{choice}=truck&{choice}=train&region=*") == {"C001", "C002", "C005"} & (
        found(person, "region=*")
    )
    assert found(person, f"{own['yes_no']}=no") == {"C002"}
    assert found(person, f"{own['text']}.has=river") == {"C001", "C006"}
    without = found(person, f"{own['text']}=-")
    assert not without & {"C001", "C006"}
    assert customer_list(sight_of(person("manager")), QueryDict(f"{day}=-")).counted == 67


def test_they_are_columns_with_the_values_of_each_row(own, person, signed_in):
    sight = sight_of(person("manager"))
    columns = [sight.own[one] for one in own.values()]
    rows = {row.customer_id: row for row in with_own(sight.customers(), columns)}
    assert [getattr(rows["C001"], one) for one in own.values()] == [
        Decimal("12.5"),
        date(2025, 12, 31),
        "truck",
        True,
        "near the river",
    ]
    assert getattr(rows["C010"], own["number"]) is None
    page = signed_in("manager").get(
        f"/customers/?columns={own['text']}&columns={own['number']}&{own['number']}=*"
    )
    assert "near the river" in page.content.decode()
    assert "Own text" in page.content.decode()


def test_a_saved_view_and_an_export_have_them(own, signed_in):
    client = signed_in("manager")
    query = f"columns={own['choice']}&{own['choice']}=truck"
    client.post("/customers/-/views/", {"name": "Trucks", "query": query})
    view = SavedView.objects.get(name="Trucks")
    assert "2 match" in client.get(f"/customers/?{view.query}&view={view.pk}").content.decode()
    for columns in ("shown", "all"):
        answer = client.post(
            "/customers/-/export/",
            {"all": "1", "query": view.query, "confirmed": "2", "columns": columns},
        )
        rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)
        place = rows[0].index("Own choice")
        assert [row[place] for row in rows[1:]] == ["truck", "truck"]


def test_the_form_offers_them_with_what_can_be_chosen(own, signed_in):
    text = signed_in("manager").get(f"/customers/-/filters/?{own['choice']}=train").content.decode()
    assert "Our own fields" in text
    assert f'name="{own["choice"]}" value="train" checked' in text
    assert f'name="{own["number"]}.min"' in text


def test_amounts_among_them_are_hidden_from_who_sees_none(own, person, signed_in):
    assert own["number"] not in sight_of(person("service_agent")).own
    assert found(person, f"{own['number']}=*", "service_agent") is None
    assert found(person, f"{own['choice']}=truck", "service_agent") == {"C001", "C005"}
    page = signed_in("service_agent").get(f"/customers/?columns={own['number']}")
    assert "Own number" not in page.content.decode()


def test_one_out_of_use_is_no_filter_any_more(own, person):
    services.remove_attribute(person("analyst"), services.CustomAttribute.objects.first())
    assert found(person, f"{own['number']}=*") is None
