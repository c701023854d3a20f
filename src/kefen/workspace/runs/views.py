"""Starting and watching runs, and what each covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.jobs.queries import visible_jobs
from kefen.workspace.runs import services
from kefen.workspace.runs.forms import ScheduleForm, StartRunForm
from kefen.workspace.runs.queries import stored_run, visible_runs
from kefen.workspace.runs.schedule import (
    current_schedule,
    end_schedule,
    next_start,
    set_schedule,
)
from kefen.workspace.shell.formats import time_in_words
from kefen.workspace.shell.language import current_language, said

if TYPE_CHECKING:
    from django.http import HttpRequest

    from kefen.workspace.jobs.models import Job

_JOBS_SHOWN = 5
_PRESSING = {"error": 0, "warning": 1, "note": 2}


@needs(Ability.SEE_RUNS)
def runs(request: HttpRequest) -> HttpResponse:
    """List the runs, and what is under way."""
    user = signed_in(request)
    form = StartRunForm(request.POST or None)
    if request.method == "POST":
        if not user.can(Ability.GRADE):
            return HttpResponse(status=403)
        if form.is_valid():
            values = form.cleaned_data
            _, new = services.ask_for_run(
                user,
                standard=values["standard"],
                as_of=values["as_of"],
                language=current_language(),
            )
            if not new:
                messages.info(
                    request, said(Text("A run is under way already.", "已有评级正在进行。"))
                )
            return redirect("runs:list")
    planned = current_schedule()
    start: dict[str, Any] = {}
    if planned is not None:
        start = {
            "day": planned.day,
            "hour": planned.hour,
            "standard": planned.standard or "default",
        }
    context = {
        "runs": visible_runs(user),
        "form": form,
        "may_grade": user.can(Ability.GRADE),
        "planned": planned,
        "next_start_words": time_in_words(
            next_start(planned, timezone.localtime()) if planned is not None else None,
            current_language(),
        ),
        "schedule_form": ScheduleForm(initial=start or None, auto_id="schedule_%s"),
    }
    return render(request, "runs/runs.html", context | _jobs(request))


@needs(Ability.GRADE)
@require_POST
def schedule(request: HttpRequest) -> HttpResponse:
    """Set when the run of each month starts."""
    form = ScheduleForm(request.POST)
    if form.is_valid():
        set_schedule(signed_in(request), language=current_language(), **form.cleaned_data)
        messages.success(
            request, said(Text("A run starts every month by itself.", "每月将自动评级。"))
        )
    else:
        messages.error(
            request,
            said(
                Text(
                    "Give a day from 1 to 28 and an hour from 0 to 23.",
                    "请填写 1 至 28 日、0 至 23 时。",
                )
            ),
        )
    return redirect("runs:list")


@needs(Ability.GRADE)
@require_POST
def unschedule(request: HttpRequest) -> HttpResponse:
    """Start no more runs by themselves."""
    end_schedule(signed_in(request))
    messages.success(
        request, said(Text("Runs are started by people again.", "已改为人工发起评级。"))
    )
    return redirect("runs:list")


@needs(Ability.SEE_RUNS)
def progress(request: HttpRequest) -> HttpResponse:
    """Return how far the jobs are; the page asks again while one is open."""
    context = _jobs(request)
    before = request.GET.get("open", "")
    now = ",".join(str(job.pk) for job in context["jobs"] if job.is_open)
    response = render(request, "runs/progress.html", context)
    if before and not now:
        response["HX-Refresh"] = "true"  # the run that ended is in the list now
    return response


@needs(Ability.SEE_RUNS)
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show what a run covered, and what it could not."""
    user = signed_in(request)
    row = next((one for one in visible_runs(user) if one.run_id == run_id), None)
    if row is None:
        raise Http404
    stored = stored_run(run_id)
    record = stored.record
    schemes = [
        (
            stored.standard.schemes[one["scheme"]],
            one["graded"],
            one["not_graded"],
            one["graded"] + one["not_graded"],
        )
        for one in record["schemes"]
    ]
    context = {
        "row": row,
        "record": record,
        "schemes": schemes,
        "not_run": [(stored.standard.schemes[one], why) for one, why in stored.not_run.items()],
        "tables": [(TABLES[name], counts) for name, counts in record["rows"].items()],
        "findings": [
            (one, Text.from_dict(one["message"]), Text.from_dict(one["effect"]))
            for one in sorted(record["findings"], key=lambda one: _PRESSING[one["severity"]])
        ],
        "not_measured": [
            stored.standard.metrics[one].name for one in record["metrics_not_available"]
        ],
        "lake_versions": [(TABLES[one], v) for one, v in record["lake_versions"].items()],
        "as_of": stored.as_of,
        "may_grade": user.can(Ability.GRADE),
    }
    return render(request, "runs/run.html", context)


@needs(Ability.GRADE)
@require_POST
def show(request: HttpRequest, run_id: str) -> HttpResponse:
    """Make a run the one that pages show."""
    user = signed_in(request)
    if not any(one.run_id == run_id for one in visible_runs(user)):
        raise Http404
    services.ask_to_publish(user, run_id)
    return redirect("runs:list")


def _jobs(request: HttpRequest) -> dict[str, list[Job]]:
    jobs = list(
        visible_jobs(signed_in(request)).filter(kind__in=("grade", "publish", "fill"))[:_JOBS_SHOWN]
    )
    shown = [job for job in jobs if job.is_open] or [job for job in jobs[:1] if job.error]
    return {"jobs": shown}
