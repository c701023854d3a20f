"""A day's work, and each task."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from kefen.domain.calendar import months_before
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.shell.formats import share_in_words
from kefen.workspace.shell.language import said
from kefen.workspace.work import services
from kefen.workspace.work.answers import answers_for, note_answer
from kefen.workspace.work.forms import ChangeForm, DropForm, FinishForm, TaskForm
from kefen.workspace.work.queries import (
    SHOWS,
    customers_called,
    day_of,
    rows_of,
    visible_tasks,
)
from kefen.workspace.work.visits import visit_plan

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from kefen.workspace.accounts.models import User
    from kefen.workspace.work.models import Task

_ANSWERS_OF_DAY = 5
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_SHOW_WORDS = {
    "today": Text("Today", "今日"),
    "week": Text("Next 7 days", "未来 7 天"),
    "later": Text("Later", "以后"),
    "nobody": Text("Nobody's yet", "待分配"),
    "done": Text("Done today", "今日已完成"),
}


@needs(Ability.WORK)
def my_day(request: HttpRequest) -> HttpResponse:
    """Show what lies before a person."""
    user = signed_in(request)
    show = request.GET.get("show", "today")
    show = show if show in SHOWS else "today"
    mine = request.GET.get("who") != "all"
    today = timezone.localdate()
    day = day_of(user, show=show, mine=mine, after=request.GET.get("after", ""), today=today)
    context = {
        "day": day,
        "tabs": [(one, _SHOW_WORDS[one], day.counts[one], one == show) for one in SHOWS],
        "mine": mine,
        "show": show,
        "today": today,
    }
    return render(request, "work/my_day.html", context)


@needs(Ability.WORK)
def answers(request: HttpRequest) -> HttpResponse:
    """Return the cases that are to be answered; a page of its own where no script asks."""
    mine = request.GET.get("who") != "all"
    found = answers_for(signed_in(request), mine=mine)
    inside = bool(request.headers.get("HX-Request"))
    shown = found.shown[:_ANSWERS_OF_DAY] if inside else found.shown
    context = {"answers": found, "shown": shown, "inside": inside, "mine": mine}
    template = "work/answers_part.html" if inside else "work/answers_page.html"
    return render(request, template, context)


@needs(Ability.WORK)
@require_POST
def answer_given(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Note that a case has its first response."""
    try:
        note_answer(signed_in(request), customer_id, str(request.POST.get("case", "")))
    except CallError as error:
        messages.error(request, f"{said(error.what)} {said(error.mend)}")
    else:
        messages.success(request, said(Text("The answer is noted.", "已记录响应。")))
    return redirect(_page_before(request) or reverse("work:answers"))


@needs(Ability.WORK)
def visits(request: HttpRequest) -> HttpResponse:
    """Show the plan of visits and contacts of a month, with its completion."""
    user = signed_in(request)
    today = timezone.localdate()
    month = _month(request.GET.get("month", ""), today)
    who = request.GET.get("who", "")
    only = request.GET.get("only") == "visit"
    plan = visit_plan(
        user, month, who=int(who) if who.isdecimal() else None, visits_only=only, today=today
    )
    context = {
        "plan": plan,
        "share": share_in_words(plan.total.done, plan.total.planned),
        "month_words": f"{month:%Y-%m}",
        "before": f"{months_before(month, 1):%Y-%m}",
        "after": f"{months_before(month, -1):%Y-%m}",
        "who": who,
        "only": only,
    }
    return render(request, "work/visits.html", context)


@needs(Ability.WORK)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Make a task for the customer that the address names."""
    user = signed_in(request)
    customer_id = request.GET.get("customer", "")
    known = customers_called(user, [customer_id])
    if customer_id not in known:
        raise Http404
    start = {"assigned_to": user.pk, "due_on": timezone.localdate(), "kind": "other"}
    form = TaskForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def make() -> None:
            services.create_task(
                user,
                customer_id,
                kind=values["kind"],
                words=values["words"],
                due_on=values["due_on"],
                assigned_to=values["assigned_to"],
            )

        if _done(form, make):
            messages.success(request, said(Text("The task is made.", "任务已创建。")))
            return redirect(_page_before(request) or reverse("work:my_day"))
    context = {
        "form": form,
        "customer_id": customer_id,
        "customer": known[customer_id][0],
        "next": _page_before(request),
    }
    return render(request, "work/add.html", context)


@needs(Ability.WORK)
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, number: int) -> HttpResponse:
    """Show a task; put it off, or give it to somebody else."""
    user = signed_in(request)
    found = _task_of(user, number)
    start = {"due_on": found.due_on, "assigned_to": found.assigned_to_id}
    form = ChangeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if _done(form, lambda: services.change_task(user, number, **values)):
            messages.success(request, said(Text("Saved.", "已保存。")))
            return redirect("work:my_day")
    return _page(request, found, change=form)


@needs(Ability.WORK)
@require_POST
def finish(request: HttpRequest, number: int) -> HttpResponse:
    """Finish a task."""
    user = signed_in(request)
    found = _task_of(user, number)
    form = _finish_form(found, request.POST)
    if form.is_valid():
        values = form.cleaned_data

        def end() -> None:
            services.finish_task(
                user,
                number,
                result=values["result"],
                next_step=values["next_step"],
                next_on=values["next_on"],
                kind=values.get("way"),
            )

        if _done(form, end):
            messages.success(request, said(Text("Done.", "已完成。")))
            return redirect(_page_before(request) or reverse("work:my_day"))
    return _page(request, found, finish=form)


@needs(Ability.WORK)
@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """End a task without doing it."""
    user = signed_in(request)
    found = _task_of(user, number)
    form = DropForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if _done(form, lambda: services.drop_task(user, number, reason=reason)):
            messages.success(request, said(Text("The task is dropped.", "任务已放弃。")))
            return redirect("work:my_day")
    return _page(request, found, drop=form)


def _page(request: HttpRequest, found: Task, **forms: Form) -> HttpResponse:
    user = signed_in(request)
    start = {"due_on": found.due_on, "assigned_to": found.assigned_to_id}
    context: dict[str, Any] = {
        "row": rows_of(user, [found], timezone.localdate())[0],
        "change": ChangeForm(initial=start),
        "finish": _finish_form(found),
        "drop": DropForm(),
        "problems": [error for form in forms.values() for error in form.non_field_errors()],
    }
    return render(request, "work/task.html", context | forms)


def _finish_form(found: Task, given: Any = None) -> FinishForm:
    return FinishForm(given, contact=found.is_contact, way_open=found.kind == "contact")


def _month(words: str, today: date) -> date:
    """Return the first day of the month that an address names, or of the present one."""
    try:
        found = date.fromisoformat(f"{words}-01")
    except ValueError:
        return today.replace(day=1)
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else today.replace(day=1)


def _task_of(user: User, number: int) -> Task:
    found = visible_tasks(user).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _done(form: Form, work: Any) -> bool:
    """Do the work of a form; what stands against it is said in the form."""
    try:
        work()
    except CallError as error:
        form.add_error(None, f"{said(error.what)} {said(error.mend)}")
        return False
    return True


def _page_before(request: HttpRequest) -> str:
    page = request.POST.get("next") or request.GET.get("next", "")
    inside = url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if page.startswith("/") and inside else ""
