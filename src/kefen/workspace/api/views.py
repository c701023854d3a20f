"""Answers for programs: one customer, graded and explained on the calibration of the shown run.

Numbers are strings where they are exact decimals. Whoever asks is signed in, and is answered what
the same person would see on the customer's page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from kefen.domain.errors import CallError, KefenError
from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.api.queries import answer
from kefen.workspace.api.sent import rows_sent
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.runs.queries import grader_of
from kefen.workspace.shell.programs import told_program

if TYPE_CHECKING:
    from django.http import HttpRequest

    from kefen.workspace.customers.sight import Sight


@needs(Ability.SEE_CUSTOMERS)
@require_safe
def grades(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Return the grades of a customer, from its stored metrics."""
    sight = _sight_of_one(request, customer_id)
    found = grader_of(sight.publication.run_id).grade_stored(customer_id)
    return _json(answer(sight, customer_id, found))


@needs(Ability.SEE_WHY)
@require_safe
def why(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Return why a customer has its grades: under one scheme (`?scheme=`), or under all."""
    sight = _sight_of_one(request, customer_id)
    scheme = request.GET.get("scheme") or None
    try:
        found = grader_of(sight.publication.run_id).explain_stored(customer_id, scheme=scheme)
    except CallError as error:
        return _refused(error)
    return _json({"run": sight.publication.run_id, **found.as_dict()})


@needs(Ability.SEE_WHY)
@require_POST
def grade_rows(request: HttpRequest) -> HttpResponse:
    """Grade a customer from the rows that are sent, by the calibration of the shown run.

    The body is an object: `customer`, its row of customers, and beside it the rows of each other
    table that the run had (`orders`, `receivables`, ...). Nothing is kept.
    """
    sight = sight_of(signed_in(request))
    if sight is None:
        raise Http404
    try:
        customer, facts = rows_sent(_body(request))
        found = grader_of(sight.publication.run_id).grade(customer, facts)
    except KefenError as error:
        return _refused(error)
    return _json(answer(sight, str(customer["customer_id"]), found))


def _sight_of_one(request: HttpRequest, customer_id: str) -> Sight:
    """Return what a person sees, a customer among it.

    Raises:
        Http404: There is no such customer, or the person does not see it.
    """
    sight = sight_of(signed_in(request))
    if sight is None or not sight.sees(customer_id):
        raise Http404
    return sight


def _body(request: HttpRequest) -> bytes:
    """Return what was sent.

    Raises:
        CallError: It is more than a request may hold.
    """
    try:
        return request.body
    except RequestDataTooBig:
        raise CallError(
            Text("More was sent than {m} MB.", "发送的内容超过 {m} MB。").filled(
                m=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
            ),
            mend=Text(
                "Send one customer, with the columns that matter only; lists of customers are "
                "imported, or graded by kefen grade.",
                "请只发送一位客户及所需的列；成批客户请导入，或用 kefen grade 评级。",
            ),
        ) from None


def _json(found: dict[str, Any]) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(found), content_type="application/json")


def _refused(error: KefenError) -> HttpResponse:
    return told_program(400, error.what, error.mend, error.where)
