"""Mapping files: what they say is done, what is wrong is named with line and column."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError, DataError
from kefen.lake.reading import guess_mapping, load_mapping, mapping_as_yaml, open_file

if TYPE_CHECKING:
    from pathlib import Path


def _mapping(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_a_mapping_joins_computes_scales_translates_and_filters(
    tmp_path: Path, read: Any, rows: Any, engine: Any
) -> None:
    (tmp_path / "head.csv").write_text(
        "no;who;day;state\n1;a;05/06/2024;shipped\n2;b;07/06/2024;lost\n3;c;07/06/2024;test\n",
        encoding="utf-8",
    )
    (tmp_path / "lines.csv").write_text(
        "doc,Unit Price,qty,disc\n1,10.00,3,0.1\n1,5,2,0\n2,1,1,0\n3,1,1,0\n9,1,1,0\n",
        encoding="utf-8",
    )
    mapping = _mapping(
        tmp_path,
        """
        mapping: shop
        tables:
          orders:
            join:
              - {file: lines.csv, on: {no: doc}}
            columns:
              order_id: no
              customer_id: who
              ordered_at: day
              status: state
              amount: {compute: '"Unit Price" * qty * (1 - disc)'}
            dates: {ordered_at: day first}
            values: {status: {shipped: completed, "*": cancelled}}
            where: "state != 'test'"
        """,
    )
    table, findings = read("orders", tmp_path / "head.csv", mapping=mapping)
    assert rows(table, "order_id", "customer_id", "amount", "status") == [
        ("1", "a", Decimal(10), "completed"),
        ("1", "a", Decimal(27), "completed"),
        ("2", "b", Decimal(1), "cancelled"),
    ]
    assert {row[0].month for row in rows(table, "ordered_at")} == {6}
    counts = {finding.code: finding.count for finding in findings}
    assert (counts["rows_filtered"], counts["join_unmatched"]) == (1, 1)
    assert [entry["name"] for entry in table.inputs] == ["head.csv", "lines.csv"]


def test_units_of_a_mapping_scale(tmp_path: Path, read: Any, rows: Any) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id,customer_id,ordered_at,amount\n1,a,2024-01-01,1.5\n", "utf-8")
    for unit, amount in (("wan", 15_000), ("万元", 15_000), ("thousand", 1_500), ("100", 150)):
        mapping = _mapping(tmp_path, f"tables: {{orders: {{units: {{amount: {unit}}}}}}}")
        assert rows(read("orders", path, mapping=mapping)[0], "amount") == [(Decimal(amount),)]


def test_a_value_that_cannot_be_computed_is_rejected(
    tmp_path: Path, read: Any, rejected: Any
) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id,customer_id,ordered_at,q,p\n1,a,2024-01-01,1,x\n", "utf-8")
    mapping = _mapping(tmp_path, "tables: {orders: {columns: {amount: {compute: q * p}}}}")
    table, _ = read("orders", path, mapping=mapping, max_rejected=Decimal(1))
    assert rejected(table) == [(2, "q * p", "1, x", "not_computed")]


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("tables:\n  order: {}", "m.yaml:2:3", "“order” is not known"),
        ("tables:\n  orders:\n    columns: {amont: x}", "m.yaml:3:15", "“amont” is not known"),
        ("tables:\n  orders:\n    dates: {ordered_at: soon}", "m.yaml:3:25", "no form of dates"),
        ("tables:\n  orders:\n    units: {amount: dozen}", "m.yaml:3:21", "no known unit"),
        ("tables:\n  orders:\n    values: {status: {a: maybe}}", "m.yaml:3:26", "“maybe”"),
        ("tables:\n  orders:\n    join: [{file: x}]", "m.yaml:3:12", "`file` and `on`"),
        ("tables: [", "m.yaml:1:", "not YAML"),
        ("a: 1\na: 2", "m.yaml:2:1", "twice"),
        ("a: 1", "m.yaml:1:1", "not known"),
        ("mapping: &x [a]\ntables: *x", "m.yaml:1:10", "Anchors"),
        ("mapping: !!python/object/apply:os.system [ls]", "m.yaml:1:10", "Tags"),
        ("mapping: !custom x", "m.yaml:1:10", "Tags"),
        ("[[[[[[[[[[[[[[[[[[[[", "m.yaml:1:", "deep"),
        ("", "m.yaml", "empty"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, text: str, place: str, word: str
) -> None:
    with pytest.raises(DataError) as caught:
        _mapping(tmp_path, text)
    assert caught.value.where.startswith(place)
    assert word in str(caught.value)


def test_a_yaml_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(DataError, match="Anchors and aliases"):
        _mapping(tmp_path, "\n".join(lines))


@pytest.mark.parametrize(
    "expression",
    ["1; DROP TABLE x", "read_csv('/etc/passwd')", "amount) FROM x --", "(SELECT 1)", "nothere"],
)
def test_hostile_expressions_are_refused(tmp_path: Path, read: Any, expression: str) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id,customer_id,ordered_at,q\n1,a,2024-01-01,1\n", "utf-8")
    text = f'tables: {{orders: {{columns: {{amount: {{compute: "{expression}"}}}}}}}}'
    with pytest.raises(DataError):
        read("orders", path, mapping=_mapping(tmp_path, text))


def test_a_heading_that_is_not_there_is_refused(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id,customer_id,ordered_at,amount\n1,a,2024-01-01,1\n", "utf-8")
    mapping = _mapping(tmp_path, "tables: {orders: {columns: {amount: Total}}}")
    with pytest.raises(DataError, match="“Total”"):
        read("orders", path, mapping=mapping)


def test_a_missing_mapping_file_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(CallError):
        load_mapping(tmp_path / "none.yaml")


def test_a_guess_can_be_saved_and_loaded(tmp_path: Path, engine: Any) -> None:
    path = tmp_path / "o.csv"
    path.write_text("订单号,客户编号,下单日期,金额(万元)\n1,a,2024-01-01,1\n", "utf-8")
    guessed = guess_mapping("出口", {"orders": open_file(engine, path, TABLES["orders"])})
    loaded = _mapping(tmp_path, mapping_as_yaml(guessed))
    assert loaded.name == "出口"
    assert loaded.tables == guessed.tables


def test_the_decimal_mark_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("tables:\n  orders:\n    decimals: {amount: comma}\n", encoding="utf-8")
    mapping = load_mapping(path)
    assert mapping.tables["orders"].decimals == {"amount": "comma"}
    path.write_text(mapping_as_yaml(mapping), encoding="utf-8")
    assert load_mapping(path).tables == mapping.tables
    path.write_text("tables:\n  orders:\n    decimals: {amount: dot}\n", encoding="utf-8")
    with pytest.raises(DataError, match="comma, point"):
        load_mapping(path)
