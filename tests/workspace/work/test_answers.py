"""Answers that grades promise: which cases wait, until when, for whom, and who sees them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book.records import rows_of_customer
from kefen.lake.open_cases import unanswered_cases
from kefen.lake.reading import ReadingOptions, Source, read_table
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.ownership.services import assign_owner
from kefen.workspace.records.models import EnteredRow
from kefen.workspace.work import answers
from kefen.workspace.work.answers import answers_for, answers_of_customer
from kefen.workspace.worker import work

HEADINGS = "case_id,customer_id,opened_at,kind,severity,first_response_at,closed_at"
NOW = datetime(2026, 11, 26, 12, 0)


def at(**before):
    return f"{NOW - timedelta(**before):%Y-%m-%d %H:%M:%S}"


def of_tier(sight, code):
    """Return the customers of a class of the leading scheme of service, by owner and number."""
    rank = sight.columns["grade_tier"].rank_of(code)
    return list(sight.customers().filter(grade_tier=rank).order_by("pk"))


@pytest.fixture
def cases(clean_book, tmp_path, person, monkeypatch):
    """Cases of one core and one general customer, and some that nobody waits for."""
    monkeypatch.setattr(answers, "_now", lambda: NOW)
    sight = sight_of(person("administrator"))
    core, general = of_tier(sight, "core")[0], of_tier(sight, "general")[0]
    rows = [
        HEADINGS,
        f"late,{core.pk},{at(hours=5)},complaint,high,,",
        f"soon,{core.pk},{at(hours=1)},fault,,,",
        f"desk,{general.pk},{at(days=1)},request,,,",
        f"answered,{core.pk},{at(days=3)},fault,,{at(days=2)},",
        f"closed,{core.pk},{at(days=3)},fault,,,{at(days=1)}",
    ]
    path = tmp_path / "cases.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, "cases", Source((path,)), ReadingOptions(currency="CNY"))
        clean_book.imports.import_table(engine, read)
    return core, general


def given(customer):
    return f"/work/answers/{customer}/given/"


def numbers(found):
    return [one.case.case_id for one in found.shown]


def test_only_what_is_open_and_unanswered_waits(cases, clean_book):
    found = unanswered_cases(clean_book, 10)
    assert [one.case_id for one in found] == ["desk", "late", "soon"]
    assert [one.case_id for one in unanswered_cases(clean_book, 1)] == ["desk"]


def test_the_grade_says_until_when_and_why(cases, person):
    found = answers_for(person("administrator"), mine=False)
    assert numbers(found) == ["late", "soon", "desk"]
    assert (found.total, found.late) == (3, 1)
    late, soon, desk = found.shown
    assert late.due_at == NOW - timedelta(hours=1)
    assert (late.late, soon.late, desk.late) == (True, False, False)
    asked = f"{NOW - timedelta(hours=5):%Y-%m-%d %H:%M}"
    assert late.cause.en.endswith(f" is answered within 4 hours; asked on {asked}.")
    assert "须在 4 小时内响应" in late.cause.zh
    assert desk.due_at == datetime(2026, 11, 27, 23, 59)  # two working days after Wednesday


def test_what_falls_to_the_desk_and_to_owners(cases, person):
    core, _ = cases
    assign_owner(person("administrator"), [core.pk], person("account_manager"))
    assert numbers(answers_for(person("account_manager"), mine=True)) == ["late", "soon"]
    assert numbers(answers_for(person("service_agent"), mine=True)) == ["desk"]


def test_cases_of_customers_out_of_sight_are_not_told(cases, person):
    sight = sight_of(person("account_manager"))
    seen = {row.pk for row in sight.customers()}
    found = answers_for(person("account_manager"), mine=False)
    assert {one.case.customer for one in found.shown} == {row.pk for row in cases} & seen


def test_my_day_and_the_customer_s_page_tell_them(cases, signed_in, person):
    core, _ = cases
    client = signed_in("administrator", "zh-CN")
    assert "/work/answers/?who=all" in client.get("/work/?who=all").content.decode()
    part = client.get("/work/answers/?who=all", headers={"hx-request": "true"}).content.decode()
    assert "3 件待响应" in part
    assert "1 件逾期" in part
    assert "投诉 (high) late" in part
    page = client.get("/work/answers/?who=all").content.decode()
    assert "<html" in page
    assert "投诉 (high) late" in page
    assert "<html" not in part
    facts = client.get(f"/customers/{core.pk}/facts/", headers={"hx-request": "true"})
    text = facts.content.decode()
    assert text.index('id="answers" hx-swap-oob') < text.index("4 小时内响应")
    assert 'id="answers"' in client.get(f"/customers/{core.pk}/").content.decode()
    sight = sight_of(person("administrator"))
    assert [one.case.case_id for one in answers_of_customer(sight, core)] == ["late", "soon"]


def test_an_answer_that_is_imported_ends_the_wait(cases, clean_book, person, tmp_path):
    assert answers_for(person("administrator"), mine=False).total == 3
    path = tmp_path / "more.csv"
    path.write_text(
        f"{HEADINGS}\nlate,{cases[0].pk},{at(hours=5)},complaint,high,{at(hours=0)},", "utf-8"
    )
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, "cases", Source((path,)), ReadingOptions(currency="CNY"))
        clean_book.imports.import_table(engine, read)
    assert numbers(answers_for(person("administrator"), mine=False)) == ["soon", "desk"]


def test_an_answer_noted_on_the_page_ends_the_wait_and_reaches_the_book(
    cases, clean_book, signed_in, person
):
    core, _ = cases
    client = signed_in("administrator", "en")
    part = client.get("/work/answers/?who=all", headers={"hx-request": "true"}).content.decode()
    assert part.count(f'action="{given(core.pk)}"') == 2
    assert 'value="/work/?who=all"' in part
    form = {"case": "late", "next": "/work/?who=all"}
    for _ in range(2):  # pressed twice
        answer = client.post(given(core.pk), form)
        assert (answer.status_code, answer["Location"]) == (302, "/work/?who=all")
    assert numbers(answers_for(person("administrator"), mine=False)) == ["soon", "desk"]
    assert "no longer waits" not in client.get("/work/").content.decode()

    work(batch=True)
    kept = {row["case_id"]: row for row in rows_of_customer(clean_book, "cases", core.pk)}
    assert kept["late"]["first_response_at"] == f"{NOW:%Y-%m-%d %H:%M:%S}"
    assert (kept["late"]["kind"], kept["late"]["severity"]) == ("complaint", "high")
    assert kept["late"]["opened_at"] == at(hours=5)
    assert kept["soon"]["first_response_at"] is None
    assert EnteredRow.objects.get().batch is not None
    assert numbers(answers_for(person("administrator"), mine=False)) == ["soon", "desk"]


def test_what_waits_no_longer_is_said_and_another_s_case_is_not_answered(
    cases, clean_book, signed_in
):
    core, general = cases
    client = signed_in("administrator", "en")
    for customer, case in ((core.pk, "closed"), (general.pk, "soon"), (core.pk, "unknown")):
        client.post(given(customer), {"case": case})
        assert "no longer waits for an answer" in client.get("/work/").content.decode()
    assert not EnteredRow.objects.exists()
    other = signed_in("service_agent", "en")
    other.post(given(core.pk), {"case": "soon"})
    assert EnteredRow.objects.get().values["case_id"] == "soon"
    client.post(given(core.pk), {"case": "soon"})
    assert EnteredRow.objects.count() == 1


def test_who_does_not_see_the_customer_answers_nothing(cases, signed_in, person):
    hidden = sight_of(person("administrator")).customers().filter(team="South").first()
    assert not sight_of(person("account_manager")).customers().filter(pk=hidden.pk).exists()
    answer = signed_in("account_manager").post(given(hidden.pk), {"case": "soon"})
    assert answer.status_code == 404
    assert not EnteredRow.objects.exists()


def test_without_cases_nothing_waits(person, signed_in):
    assert answers_for(person("administrator"), mine=False).total == 0
    assert "Every case is answered" in signed_in("manager").get("/work/answers/").content.decode()
