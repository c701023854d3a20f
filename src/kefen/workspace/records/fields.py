"""The fields of a customer's record: which there are, and which a person sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.contract import Kind as ColumnKind
from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Kind
from kefen.workspace.customers.sight import CONTACTS

if TYPE_CHECKING:
    from kefen.domain.contract import Column
    from kefen.workspace.accounts.models import User

CUSTOMERS = TABLES["customers"]
OWNERSHIP = ("owner", "team")


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that stand together.

    Attributes:
        name: What they are about.
        columns: Their names.
        of: The kind of customer that has them; empty for both.
    """

    name: Text
    columns: tuple[str, ...]
    of: str = ""


GROUPS = (
    FieldGroup(
        Text("Who it is", "基本信息"), ("name", "kind", "industry", "tax_id", "source", "parent_id")
    ),
    FieldGroup(Text("Where", "所在地"), ("country", "region", "city", "address", "postcode")),
    FieldGroup(Text("How to reach it", "联系方式"), ("phone", "email")),
    FieldGroup(
        Text("The company", "企业信息"),
        (
            *("ownership_type", "founded_on", "registered_capital", "employees"),
            *("annual_revenue", "annual_growth", "total_assets", "expected_demand"),
        ),
        "company",
    ),
    FieldGroup(
        Text("The person", "个人信息"),
        (
            *("birth_date", "gender", "marital_status", "household", "occupation"),
            *("income_band", "interests"),
        ),
        "person",
    ),
    FieldGroup(Text("Terms", "交易条件"), ("credit_limit", "payment_terms", "referred_by")),
)


def column_of(name: str) -> Column | None:
    """Return the column of the contract that a field is; None for one that is none."""
    return next((one for one in CUSTOMERS.columns if one.name == name), None)


def field_label(name: str) -> Text:
    """Return the name of a field for people; of an attribute of the data, its own."""
    column = column_of(name)
    return column.label if column is not None else Text.same(name)


def sees_field(user: User, name: str) -> bool:
    """Return whether a person sees a column of customers."""
    hidden = user.in_role.hidden
    column = column_of(name)
    if Kind.CONTACT in hidden and name in CONTACTS:
        return False
    return not (Kind.MONEY in hidden and column is not None and column.kind is ColumnKind.MONEY)


def groups_for(user: User, kind: str) -> list[tuple[FieldGroup, list[Column]]]:
    """Return the groups of fields of a kind of customer, with the columns that a person sees."""
    found = []
    for group in GROUPS:
        if group.of and kind and group.of != kind:
            continue
        columns = [CUSTOMERS.column(one) for one in group.columns if sees_field(user, one)]
        if columns:
            found.append((group, columns))
    return found
