"""Programs get the grades of one customer as the batch gave them, and no more than their person."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Value
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grader import Grader
from kefen.grading.stored import StoredRun
from kefen.workspace.accounts.models import Team, User
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.book import served_book
from kefen.workspace.records.services import archive_customer
from kefen.workspace.runs.services import publish
from kefen.workspace.statements import ASKED_NUMBER, Asked, Statement


def batch(run_id: str) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return what the run graded, by customer and scheme."""
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    table = pq.read_table(served_book().runs.directory(run_id) / "grades.parquet")
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
        '{"customer": {"customer_id": "1"}, "orders": [{"order_id": "1", "amount": NaN}]}',
    ],
)
def test_what_is_no_customer_is_refused_with_the_mend(signed_in, body: str) -> None:
    client = signed_in("analyst", "zh")
    answer = client.post(reverse("api:grade_rows"), body, content_type="application/json")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["what"]
    assert error["mend"]


def test_numbers_that_are_sent_are_exact(signed_in) -> None:
    client = signed_in("analyst")
    order = '{"order_id": "1", "ordered_at": "2026-10-01", "amount": %s}'
    body = '{"customer": {"customer_id": "1"}, "orders": [%s]}'
    found = [
        client.post(
            reverse("api:grade_rows"), body % (order % amount), content_type="application/json"
        ).json()["grades"]
        for amount in ("9007199254740.9931", '"9007199254740.9931"', "9007199254740.9931e0")
    ]
    scores = [{one["scheme"]: one["score"] for one in grades} for grades in found]
    assert scores[0]["abc"] == "9007199254740.9931"
    assert scores[0] == scores[1] == scores[2]


def test_rows_are_taken_only_with_the_token_of_a_form(person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("analyst"), backend="kefen.workspace.accounts.backends.People")
    answer = client.post(reverse("api:grade_rows"), "{}", content_type="application/json")
    assert answer.status_code == 403
    assert "X-CSRFToken" in answer.json()["error"]["mend"]


def test_programs_are_told_in_json_what_people_are_told_on_a_page(signed_in, settings) -> None:
    nobody = Client().get(reverse("api:grades", args=["C001"]), headers={"Accept-Language": "zh"})
    assert nobody.status_code == 401
    assert nobody.json()["error"]["what"] == "尚未登录。"
    unseen = signed_in("manager").get(reverse("api:grades", args=["nobody"]))
    assert unseen.status_code == 404
    assert unseen.json()["error"]["what"] == "There is nothing here."
    kept_out = signed_in("service_agent").get(reverse("api:why", args=["C001"]))
    assert kept_out.status_code == 403
    assert kept_out.json()["error"]["mend"]
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2
    body = json.dumps({"customer": {"customer_id": "C001", "name": "x" * 1024**2}})
    too_much = signed_in("analyst").post(
        reverse("api:grade_rows"), body, content_type="application/json"
    )
    assert too_much.status_code == 400
    assert too_much.json()["error"]["what"] == "More was sent than 1 MB."


def test_why_is_what_the_run_says_word_for_word(signed_in, run_ids) -> None:
    client = signed_in("manager")
    fresh = Grader(StoredRun.load(served_book().runs.directory(run_ids[-1])))
    for customer in list(batch(run_ids[-1]))[::7]:
        for scheme in (None, "abc"):
            address = reverse("api:why", args=[customer])
            answer = client.get(address, {"scheme": scheme} if scheme else {}).json()
            assert answer.pop("run") == run_ids[-1]
            assert answer == fresh.explain_stored(customer, scheme=scheme).as_dict()


def test_what_a_person_may_see_is_asked_anew_each_time(signed_in, person) -> None:
    own, others = (reverse("api:grades", args=[one]) for one in ("C001", "C041"))
    client, user = signed_in("account_manager"), person("account_manager")
    assert [client.get(one).status_code for one in (own, others)] == [200, 404]
    user.team = Team.objects.create(name="South")
    user.save()
    assert [client.get(one).status_code for one in (own, others)] == [404, 200]
    user.team = None
    user.save()
    assert [client.get(one).status_code for one in (own, others)] == [404, 404]
    user.role = "service_agent"
    user.save()
    seen = client.get(others).json()["grades"]
    assert {one["score"] for one in seen} == {None}
    assert client.get(reverse("api:why", args=["C041"])).status_code == 403
    user.role = "manager"
    user.save()
    assert {one["score"] for one in client.get(others).json()["grades"]} != {None}
    user.is_active = False
    user.save()
    assert client.get(own).status_code == 401


def test_a_customer_that_is_archived_or_given_away_is_seen_no_more(signed_in, person) -> None:
    address = reverse("api:grades", args=["C002"])
    client = signed_in("account_manager")
    assert client.get(address).status_code == 200
    archive_customer(person("manager"), "C002", "closed down")
    assert client.get(address).status_code == 404
    assert AuditEntry.objects.filter(action="customer.archived", subject="C002").exists()


def test_another_copy_is_answered_from_as_soon_as_the_pointer_is_turned(
    signed_in, person, run_ids
) -> None:
    address = reverse("api:grades", args=["C001"])
    client = signed_in("manager")
    assert client.get(address).json()["run"] == run_ids[1]
    publish(person("administrator"), run_ids[0], live=lambda: None)
    assert client.get(address).json()["run"] == run_ids[0]


@pytest.mark.parametrize(
    ("name", "role", "most"),
    [("grades", "manager", 4), ("why", "manager", 4), ("grades", "account_manager", 4)],
)
def test_a_customer_is_answered_with_few_questions_to_the_database(
    name, role, most, signed_in, django_assert_num_queries
) -> None:
    client = signed_in(role)
    client.get(reverse(f"api:{name}", args=["C001"]))
    for customer in ("C002", "C003"):
        with django_assert_num_queries(most):
            assert client.get(reverse(f"api:{name}", args=[customer])).status_code == 200


def test_one_question_put_into_words_is_asked_with_any_value(db) -> None:
    asked = Statement(User.objects.filter(role=Asked()).values_list("username"))
    assert asked.rows("auditor") == [("auditor",)]
    assert asked.rows("' OR 1 = 1 --") == []
    assert Statement(User.objects.filter(pk__in=[]).values_list("username")).rows() == []


def test_a_question_put_into_words_is_answered_as_django_answers_it(person) -> None:
    columns = ("username", "is_active", "made_at", "last_login", "team__name")
    asked = Statement(User.objects.filter(pk=ASKED_NUMBER).values_list(*columns))
    for role in ("auditor", "account_manager"):
        number = person(role).pk
        expected = list(User.objects.filter(pk=number).values_list(*columns))
        assert asked.rows(number) == expected
        assert [type(one) for one in asked.rows(number)[0]] == [type(one) for one in expected[0]]
    assert asked.rows(-1) == []


def test_a_question_is_answered_alike_whether_or_not_it_is_logged(person) -> None:
    person("auditor")
    asked = Statement(User.objects.filter(username=Asked()).values_list("pk", "made_at", "name"))
    with CaptureQueriesContext(connection) as logged:
        expected = asked.rows("auditor")
    assert len(logged) == len(expected) == 1
    assert asked.rows("auditor") == expected


def test_a_sign_of_per_cent_in_a_question_is_asked_as_it_stands(person) -> None:
    person("auditor")
    asked = Statement(
        User.objects.filter(role=Asked()).annotate(said=Value("5 % and %s?")).values_list("said")
    )
    assert asked.rows("auditor") == [("5 % and %s?",)]


def test_errors_of_the_database_are_djangos(person) -> None:
    asked = Statement(User.objects.filter(pk=ASKED_NUMBER).values_list("pk"))
    asked._words = asked._own_words = "SELECT nothing FROM nowhere"
    with pytest.raises(DatabaseError), transaction.atomic():
        asked.rows(1)


def test_a_view_gets_the_person_and_no_stand_in(signed_in, person) -> None:
    answer = signed_in("analyst").get(reverse("api:grades", args=["C001"]))
    asking = answer.wsgi_request.user
    assert type(asking) is User
    assert asking == person("analyst")
    assert asking.is_verified() is False
