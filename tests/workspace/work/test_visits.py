"""The plan of visits: purpose, result, next step and completion; and what a customer is due."""

from __future__ import annotations

from datetime import date

from kefen.workspace.work import services
from kefen.workspace.work.models import Task
from kefen.workspace.work.visits import visit_plan

MONTH = date(2026, 11, 1)
TODAY = date(2026, 11, 26)


def plan_of(user, **changed):
    asked = {"who": None, "visits_only": False, "today": TODAY} | changed
    return visit_plan(user, MONTH, **asked)


def make(by, customer, kind="visit", due_on=TODAY):
    return services.create_task(
        by, customer, kind=kind, words="Show samples", due_on=due_on, assigned_to=by
    )


def done(by, task, on):
    services.finish_task(by, task.pk, result="Liked them", next_step="Send some", next_on=None)
    Task.objects.filter(pk=task.pk).update(ended_on=on)


def test_completion_counts_what_was_planned_done_and_on_time(person):
    manager = person("manager")
    on_time, late, dropped = (make(manager, f"C00{n}") for n in range(3))
    make(manager, "C003", kind="call")
    make(manager, "C004", kind="other")
    make(manager, "C005", due_on=date(2026, 12, 1))
    done(manager, on_time, TODAY)
    done(manager, late, date(2026, 11, 27))
    services.drop_task(manager, dropped.pk, reason="Closed down")
    plan = plan_of(manager)
    assert (plan.total.planned, plan.total.done, plan.total.on_time) == (3, 2, 1)
    assert plan.by_person[0].person == manager
    assert plan_of(manager, visits_only=True).total.planned == 2


def test_a_person_sees_the_plan_of_the_own_customers(person):
    manager, mate = person("manager"), person("account_manager")
    make(manager, "C001")
    make(manager, "C037")
    assert plan_of(mate).total.planned == 1
    assert plan_of(manager, who=mate.pk).rows == []
    assert plan_of(manager, who=mate.pk).count == 0


def test_the_page_tells_purpose_result_and_next_step(person, signed_in):
    manager = person("manager")
    done(manager, make(manager, "C001"), TODAY)
    page = signed_in("manager").get("/work/visits/?month=2026-11&only=visit").content.decode()
    for words in ("Show samples", "Liked them", "Send some", "Customer 1", "100.0 %"):
        assert words in page
    chinese = signed_in("manager", "zh-CN").get("/work/visits/?month=2026-11")
    assert "完成率" in chinese.content.decode()
    assert signed_in("manager").get("/work/visits/?month=9999-99&who=x").status_code == 200


def test_a_customer_s_page_says_what_it_is_entitled_to(signed_in, person):
    from kefen.workspace.customers.queries import sight_of

    sight = sight_of(person("manager"))
    column = sight.columns["grade_tier"]
    row = sight.customers().filter(grade_tier=column.rank_of("general")).first()
    page = signed_in("manager").get(f"/customers/{row.pk}/").content.decode()
    assert "contacted every half-year" in page
    assert "list price" in page
    hidden = signed_in("service_agent").get(f"/customers/{row.pk}/").content.decode()
    assert "contacted every half-year" in hidden
    assert "list price" not in hidden
