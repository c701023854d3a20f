"""Answers to programs: what is wrong is told them as JSON, where people get a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.http import HttpResponse

from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django.http import HttpRequest

    from kefen.domain.text import Text

_ADDRESSES = "/api/"


def is_for_programs(request: HttpRequest) -> bool:
    """Return whether a program asks."""
    return request.path_info.startswith(_ADDRESSES)


def told_program(status: int, what: Text, mend: Text, where: str = "") -> HttpResponse:
    """Return an answer that says what is wrong and how to mend it, in the language of the request.

    Args:
        status: The status of the answer.
        what: What is wrong.
        mend: What to do about it.
        where: What it is of: a table, a column.
    """
    error = {"what": said(what), "where": where, "mend": said(mend)}
    return HttpResponse(
        msgspec.json.encode({"error": error}), content_type="application/json", status=status
    )
