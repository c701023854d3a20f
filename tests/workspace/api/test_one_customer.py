"""Programs get the grades of one customer as the batch gave them, and no more than their person."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from kefen.engines.duckdb import DuckDBEngine
from kefen.workspace.book import served_book


def batch(run_id: str) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return what the run graded, by customer and scheme."""
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    table = pq.read_table(served_book().run_directory(run_id) / "grades.parquet")
    for row in table.to_pylist():
        told = tuple(row[name] for name in ("grade", "score", "score_text", "reason", "confidence"))
        found.setdefault(row["customer_id"], {})[row["scheme"]] = told
    return found


def told(answer: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {
        one["scheme"]: (
            one["grade"],
            None if one["score"] is None else Decimal(one["score"]),
            one["score_text"],
            one["reason"],
            one["confidence"],
        )
        for one in answer["grades"]
    }


def test_every_customer_is_graded_as_the_batch_graded_it(signed_in, run_ids) -> None:
    client = signed_in("manager")
    expected = batch(run_ids[-1])
    assert len(expected) == 70
    for customer, grades in expected.items():
        answer = client.get(reverse("api:grades", args=[customer])).json()
        assert answer["run"] == run_ids[-1]
        assert told(answer) == grades


def test_rows_that_are_sent_are_graded_as_the_batch_graded_them(signed_in, run_ids) -> None:
    client = signed_in("analyst")
    expected = batch(run_ids[-1])
    with DuckDBEngine() as engine:
        dataset = served_book().dataset(engine)
        rows = {
            name: engine.arrow(f'SELECT * FROM "{dataset.tables[name].relation}"').to_pylist()
            for name in ("customers", "orders")
        }
    for row in rows["customers"][::9]:
        own = [one for one in rows["orders"] if one["customer_id"] == row["customer_id"]]
        body = json.dumps({"customer": row, "orders": own}, default=str)
        answer = client.post(reverse("api:grade_rows"), body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        assert told(answer.json()) == expected[row["customer_id"]]


def test_why_adds_up_in_both_languages(signed_in) -> None:
    address = reverse("api:why", args=["C001"])
    answer = signed_in("credit_controller").get(address, {"scheme": "value_index"}).json()
    (scheme,) = answer["schemes"]
    points = [Decimal(line["points"]) for line in scheme["points"] if line["points"] is not None]
    assert sum(points) == Decimal(scheme["score"])
    assert scheme["sentence"]["en"]
    assert scheme["sentence"]["zh"]
    wrong = signed_in("credit_controller", "zh").get(address, {"scheme": "none_such"})
    assert wrong.status_code == 400
    assert "none_such" in wrong.json()["error"]["what"]


def test_nobody_is_told_more_than_on_the_pages(signed_in) -> None:
    # The team South and its customers are not the account manager's.
    stranger = reverse("api:grades", args=["C041"])
    assert signed_in("account_manager").get(stranger).status_code == 404
    assert signed_in("account_manager").get(reverse("api:grades", args=["C001"])).status_code == 200
    # Scores are amounts for who sees none.
    seen = signed_in("service_agent").get(reverse("api:grades", args=["C001"])).json()
    assert seen["grades"]
    assert {one["score"] for one in seen["grades"]} == {None}
    assert {one["score_text"] for one in seen["grades"]} == {None}
    assert signed_in("manager").get(reverse("api:grades", args=["nobody"])).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"orders": []}',
        '{"customer": {"customer_id": "1"}, "orders": {}}',
        '{"customer": {}}',
        '{"customer": {"customer_id": "1"}, "cases": []}',
        '{"customer": {"customer_id": "1"}, "orders": [{"order_id": 1, "amount": "x"}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_customer_is_refused_with_the_mend(signed_in, body: str) -> None:
    client = signed_in("analyst", "zh")
    answer = client.post(reverse("api:grade_rows"), body, content_type="application/json")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["what"]
    assert error["mend"]


def test_rows_are_taken_only_with_the_token_of_a_form(person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("analyst"), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("api:grade_rows"), "{}", content_type="application/json")
    assert answer.status_code == 403
