"""What does the work of each kind of job."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from kefen.workspace.jobs.progress import Progress


class Handler(Protocol):
    """Does the work of one kind of job and returns what came of it, as JSON values.

    It may be called again for the same job after the death of a worker: what it did before must
    then either stand already, or be done again without doubling anything.
    """

    def __call__(self, progress: Progress, **asked: Any) -> dict[str, Any]:
        """Do the work."""
        ...


_HANDLERS = {
    "look": "kefen.workspace.imports.work:look_at_upload",
    "try": "kefen.workspace.imports.work:try_upload",
    "import": "kefen.workspace.imports.work:commit_upload",
    "undo": "kefen.workspace.imports.work:undo_batch",
    "records": "kefen.workspace.records.work:write_entered",
    "merge": "kefen.workspace.records.merging:join_rows",
    "unmerge": "kefen.workspace.records.merging:part_rows",
    "pool": "kefen.workspace.ownership.work:check_ownership",
    "grade": "kefen.workspace.runs.work:grade_and_publish",
    "fill": "kefen.workspace.runs.work:fill_months",
    "tasks": "kefen.workspace.work.work:plan_tasks",
    "prepare": "kefen.workspace.runs.work:prepare_run",
    "alerts": "kefen.workspace.notices.work:tell_alerts",
    "publish": "kefen.workspace.runs.work:publish_run",
}


def handler_of(kind: str) -> Handler:
    """Return what does the work of a kind of job.

    Raises:
        KeyError: There is no such kind.
    """
    module, _, name = _HANDLERS[kind].partition(":")
    found: Handler = getattr(import_module(module), name)
    return found
