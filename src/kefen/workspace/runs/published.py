"""The table of a publication as a model of Django, made from its columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps.registry import Apps
from django.db import connection, models

from kefen.workspace.runs.initials import initials_of
from kefen.workspace.runs.models import EditedRow, Publication

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from kefen.grading.listed import ListedColumn, ListedRun

SEARCHED = ("name",)
"""What is searched anywhere within, beside the id, also by pinyin initials; hidden from nobody."""
EXACT = ("tax_id", "phone", "email")
"""What is found only when given in full, by those who see it."""
_METRICS_SORTED = 12
_ATTRIBUTES_SORTED = ("name", "region", "industry", "owner", "created_on")
_UNITS = Decimal(10_000)
_LEAD = "value_index"
_REVENUE = "metric_revenue"
_FILTERED = ("region", "industry", "owner", "team", "country")
_AT_ONCE = 500


class ExactDecimal(models.BigIntegerField[Any, Any]):
    """A decimal with four places as whole ten-thousandths: exact and sortable in any database."""

    def from_db_value(self, value: int | None, *_: object) -> Decimal | None:
        """Return the decimal that was stored."""
        return None if value is None else Decimal(value).scaleb(-4)

    def get_prep_value(self, value: Any) -> Any:
        """Return the whole number to store or compare with."""
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return int((Decimal(value) * _UNITS).to_integral_value())

    def to_python(self, value: Any) -> Decimal | None:
        """Return a given value as a decimal."""
        return None if value is None else Decimal(value)


def described(columns: Iterable[ListedColumn]) -> list[dict[str, Any]]:
    """Return the columns of a publication as JSON, with which of them have an index.

    Lists are sorted by what has an index: the common attributes, the first metrics of the
    standard, every grade and every score.
    """
    found = []
    metrics = 0
    for one in columns:
        entry: dict[str, Any] = {
            "name": one.name,
            "kind": one.kind,
            "type": one.type,
            "label": one.label.as_dict(),
            "unit": one.unit,
            "scheme": one.scheme,
            "grades": [{"id": g.id, "name": g.name.as_dict(), "tone": g.tone} for g in one.grades],
        }
        if one.kind == "metric" and one.type in ("integer", "decimal", "date"):
            metrics += 1
            entry["sorts"] = metrics <= _METRICS_SORTED
        else:
            entry["sorts"] = one.kind in ("grade", "score") or one.name in _ATTRIBUTES_SORTED
        found.append(entry)
    return found


def publication_for(listed: ListedRun) -> Publication:
    """Return what describes the copy of a run; it is not kept yet, and has no table."""
    run = listed.run
    return Publication(
        run_id=listed.run_id,
        as_of=run.as_of,
        standard_name=run.standard.name.as_dict(),
        standard_version=str(run.standard.version),
        columns=described(listed.columns),
    )


@lru_cache(maxsize=8)
def model_of(number: int) -> type[models.Model]:
    """Return the model of a publication's table.

    Raises:
        Publication.DoesNotExist: There is no such publication.
    """
    publication = Publication.objects.get(pk=number)
    own_apps = Apps()

    class Meta:
        app_label = "runs"
        apps = own_apps
        managed = False
        db_table = publication.table

    fields: dict[str, Any] = {
        "__module__": __name__,
        "Meta": Meta,
        "customer_id": models.TextField(primary_key=True),
        "searched": models.TextField(default=""),
    }
    for column in publication.columns:
        fields[column["name"]] = _field(column["type"])
    made: type[models.Model] = type(f"Customer{number}", (models.Model,), fields)
    return made


def make_table(publication: Publication, using: BaseDatabaseWrapper | None = None) -> None:
    """Make the table of a publication, without its indexes."""
    database = using or connection
    # The editor is asked for its words only; entering it would forbid a transaction on SQLite.
    sql, parameters = database.schema_editor(collect_sql=True).table_sql(model_of(publication.pk))
    with database.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def make_indexes(publication: Publication) -> None:
    """Make the indexes, once the rows are there: that is faster than with each row."""
    model = model_of(publication.pk)
    editor = connection.schema_editor(collect_sql=True)
    with connection.cursor() as cursor:
        for place, index in enumerate(_indexes(publication.columns)):
            index.name = f"{publication.table}_{place}"
            cursor.execute(str(index.create_sql(model, editor)))
        table = connection.ops.quote_name(publication.table)
        # All of it: from a sample SQLite takes a class for as rare as an owner.
        cursor.execute(f"ANALYZE {table}")


def _indexes(columns: Sequence[Mapping[str, Any]]) -> list[models.Index]:
    """Return the indexes of a copy, not named yet.

    Each column that sorts; each that is filtered by one value, together with the two orders that
    lists have most, so that a page of a class or a region is read from one place; and who moved
    up or down, in the order that a list opens with.
    """
    names = {one["name"] for one in columns}
    orders = [one for one in (first_order(columns), _REVENUE) if one in names]
    filtered = [
        one["name"]
        for one in columns
        if one["name"] in _FILTERED or (one["kind"] == "grade" and one["type"] == "rank")
    ]
    single = [one["name"] for one in columns if one["sorts"]]
    single += [one for one in ("team", "parent_id", "status") if one in names]
    indexes = [models.Index(fields=[one, "customer_id"]) for one in dict.fromkeys(single)]
    # Whole, one of a column without any value passes for that of one value, a million times.
    indexes += [
        models.Index(
            fields=[one, "customer_id"], condition=models.Q(**{f"{one}__isnull": False}), name=one
        )
        for one in EXACT
        if one in names
    ]
    indexes.append(models.Index(fields=["searched", "customer_id"]))
    indexes += [
        models.Index(fields=[one, order, "customer_id"])
        for one in filtered
        for order in orders
        if one != order
    ]
    for one in columns:
        grade, before = one["name"], f"before_{one['scheme']}"
        if one["kind"] != "grade" or one["type"] != "rank" or before not in names or not orders:
            continue
        for moved in ("lt", "gt"):
            condition = models.Q(**{f"{before}__{moved}": models.F(grade)})
            fields = [orders[0], "customer_id"]
            indexes.append(models.Index(fields=fields, condition=condition, name="moved"))
    return indexes


def first_order(columns: Sequence[Mapping[str, Any]]) -> str:
    """Return the column that lists are sorted by where nothing else is asked; empty without one.

    It is the score of the leading scheme, the value index or else the first with ranked classes;
    its grade where it has no score.
    """
    ranked = [one["scheme"] for one in columns if one["kind"] == "grade" and one["type"] == "rank"]
    if not ranked:
        return ""
    lead = _LEAD if _LEAD in ranked else ranked[0]
    score = f"score_{lead}"
    return score if any(one["name"] == score for one in columns) else f"grade_{lead}"


def drop_table(publication: Publication) -> None:
    """Remove the table of a publication, if it is there."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(publication.table)}")


def insert_rows(publication: Publication, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Put rows into the table: the customer's id, then a value for each column.

    Returns:
        The rows as they are stored, each with its searched text behind.
    """
    model = model_of(publication.pk)
    columns = publication.columns
    names = ["customer_id", *(one["name"] for one in columns), "searched"]
    places = [1 + place for place, one in enumerate(columns) if one["name"] in SEARCHED]
    decimals = {1 + place for place, one in enumerate(columns) if one["type"] == "decimal"}
    as_text = connection.vendor == "sqlite"
    values = []
    for row in rows:
        searched = searched_words(*(row[place] for place in (0, *places)))
        values.append(
            (
                *(
                    None
                    if value is None
                    else int(value.scaleb(4))
                    if place in decimals
                    else value.isoformat()
                    if as_text and isinstance(value, date)
                    else value
                    for place, value in enumerate(row)
                ),
                searched,
            )
        )
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    marks = ", ".join(["%s"] * len(names))
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", values)  # noqa: S608
    return values


def searched_words(*values: Any) -> str:
    """Return what a customer is found by within: its id, the values of `SEARCHED`, initials.

    Args:
        values: The id, then the values of `SEARCHED`.
    """
    words = [str(value) for value in values if value]
    initials = [found for one in words[1:] if (found := initials_of(one))]
    return " ".join((*words, *initials)).lower()


def put_values(
    publication: Publication, customers: Sequence[str], values: Mapping[str, str | None]
) -> int:
    """Give customers of a copy other values, as people entered them; return how many it has.

    Values are text as in a file. Columns that the copy does not have are left out.
    """
    model: Any = model_of(publication.pk)
    wanted = _as_stored(publication, values)
    found = 0
    for start in range(0, len(customers), _AT_ONCE):
        part = list(customers[start : start + _AT_ONCE])
        rows = model._default_manager.filter(pk__in=part)
        found += rows.update(**wanted) if wanted else rows.count()
        if any(name in wanted for name in SEARCHED):
            for row in rows.only("customer_id", *SEARCHED):
                row.searched = searched_words(row.pk, *(getattr(row, one) for one in SEARCHED))
                row.save(update_fields=["searched"])
        _note_edited(publication, part, wanted)
    return found


def put_row(publication: Publication, customer: str, values: Mapping[str, str | None]) -> None:
    """Put a customer into a copy that has not been graded yet, or give it these values."""
    model: Any = model_of(publication.pk)
    words = searched_words(customer, *(values.get(one) for one in SEARCHED))
    model._default_manager.update_or_create(
        pk=customer, defaults={**_as_stored(publication, values), "searched": words}
    )
    _note_edited(publication, [customer], [""])


def _note_edited(publication: Publication, customers: Iterable[str], fields: Iterable[str]) -> None:
    """Note that rows say otherwise than the columns of the copy, which stay as they are."""
    edited = [
        EditedRow(publication=publication, field=field, customer_id=one)
        for field in fields
        for one in customers
    ]
    EditedRow.objects.bulk_create(edited, ignore_conflicts=True, batch_size=_AT_ONCE)


def _as_stored(publication: Publication, values: Mapping[str, str | None]) -> dict[str, Any]:
    stored: dict[str, Any] = {}
    for name, value in values.items():
        column = publication.column(name)
        if column is None or column["kind"] != "attribute":
            continue
        if value is None:
            stored[name] = None
        elif column["type"] == "decimal":
            stored[name] = Decimal(value)
        elif column["type"] == "integer":
            stored[name] = int(value)
        elif column["type"] == "date":
            stored[name] = date.fromisoformat(value)
        else:
            stored[name] = value
    return stored


def _field(kind: str) -> models.Field[Any, Any]:
    if kind == "decimal":
        return ExactDecimal(null=True)
    if kind == "integer":
        return models.BigIntegerField(null=True)
    if kind == "rank":
        return models.SmallIntegerField(null=True)
    if kind == "date":
        return models.DateField(null=True)
    if kind == "boolean":
        return models.BooleanField(null=True)
    return models.TextField(null=True)
