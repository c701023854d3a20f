"""Reading the tables of the run that pages show, and who keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kefen.reports.kept_tables import KeptTables, read_kept_tables
from kefen.workspace.accounts.roles import Ability, Kind, Scope
from kefen.workspace.book import served_book
from kefen.workspace.runs.queries import current_publication
from kefen.workspace.tables.models import TableCheck, TableKeeping

if TYPE_CHECKING:
    from kefen.reports.kept_tables import KeptSection
    from kefen.reports.tables import Table
    from kefen.workspace.accounts.models import User


@dataclass(frozen=True, slots=True)
class Kept:
    """A table with its keeper and checker.

    Attributes:
        section: The section it stands in.
        table: The table.
        keeping: Who keeps and checks it; None where nobody was named.
        check: That it was checked, or None.
    """

    section: KeptSection
    table: Table
    keeping: TableKeeping | None
    check: TableCheck | None


@dataclass(frozen=True, slots=True)
class VisibleTables:
    """The tables of the run that pages show: its id, the report, and every table."""

    run_id: str
    report: KeptTables
    tables: list[Kept]


def visible_tables(user: User) -> VisibleTables | None:
    """Return the tables that a person sees; None where there are none.

    They count all customers, and their amounts: who sees only some customers, or no amounts,
    sees no table.

    Raises:
        DataError: The file of the tables is damaged.
    """
    role = user.in_role
    sees_all = role.scope is Scope.ALL and Kind.MONEY not in role.hidden
    publication = current_publication()
    if publication is None or not sees_all or not user.can(Ability.SEE_RUNS):
        return None
    report = _tables(publication.run_id)
    if report is None:
        return None
    keepings = {one.table: one for one in TableKeeping.objects.select_related("keeper", "checker")}
    checks = {
        one.table: one
        for one in TableCheck.objects.select_related("by").filter(run_id=publication.run_id)
    }
    return VisibleTables(
        publication.run_id,
        report,
        [
            Kept(section, table, keepings.get(table.id), checks.get(table.id))
            for section in report.sections
            for table in section.tables
        ],
    )


@lru_cache(maxsize=2)
def _tables(run_id: str) -> KeptTables | None:
    return read_kept_tables(served_book().runs.directory(run_id))
