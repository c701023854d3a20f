"""Shared steps of reading a standard: texts, numbers, expressions, and collecting problems."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.calendar import Window, parse_window
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions.parser import parse
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Call, Literal, names_in
from kefen.expressions.types import ExpressionTypeError, ValueType, WrongArgumentsError, type_of
from kefen.expressions.units import ExpressionUnitError, Unit, unit_of, units_of_columns
from kefen.expressions.wording import value_in_words
from kefen.standards.document import Mapping, Node, Scalar, Sequence
from kefen.standards.grade_order import compared_by_rank
from kefen.standards.model import Place
from kefen.standards.near_windows import mend_of_window
from kefen.standards.problems import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping as MappingType

    from kefen.expressions.tree import Expression

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WHOLE = re.compile(r"[+-]?\d{1,9}")
_NUMBER = re.compile(r"[+-]?\d{1,14}(\.\d{1,4})?")
_COLUMN_UNITS = {
    f"{name}.{column}": unit
    for name, table in TABLES.items()
    for column, unit in units_of_columns(table).items()
}
_WIDE = r"[\u2014\u2018-\u201d\u3001-\u303f\u4e00-\u9fff\uff01-\uff65]"
# YAML folds lines into blanks, and Chinese has none between its characters.
_FOLDS = re.compile(f"(?<={_WIDE}) +(?={_WIDE})")


@dataclass(slots=True)
class Reading:
    """One reading of one document.

    Attributes:
        source: The file's name, for places.
        problems: What was found so far.
        broken: Names that the document defines with errors: told once, where they are defined.
        units: The units of names that mean the same wherever they stand: metrics, and columns
            with their table's name. Names that are not here fit any unit.
        grades: By scheme that was read: its grades from the highest to the lowest.
    """

    source: str
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    units: dict[str, Unit] = field(default_factory=lambda: dict(_COLUMN_UNITS))
    grades: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def problem(self, place: Place, what: Text, mend: Text, severity: Severity = "error") -> None:
        """Note a finding."""
        self.problems.append(Problem(severity, what, mend, place))

    @property
    def has_errors(self) -> bool:
        """Return whether a finding stops the standard from being used."""
        return any(problem.severity == "error" for problem in self.problems)

    def is_whole(self, since: int = 0) -> bool:
        """Return whether all was read, whatever is wrong with it; from finding `since` on."""
        return all(
            problem.severity != "error" or problem.readable for problem in self.problems[since:]
        )

    def only_known(self, node: Mapping, known: Collection[str], what: Text) -> None:
        """Note every name in `node` that is not `known`, with the nearest one as the mend."""
        for key in node.entries:
            if key not in known:
                near = difflib.get_close_matches(key, list(known), 1, 0.6)
                self.problem(
                    node.key_places[key],
                    Text("{w} has no “{k}”", "{w}没有“{k}”这一项").filled(w=what, k=key),
                    Text("Did you mean “{n}”?", "是否应为“{n}”？").filled(n=near[0])
                    if near
                    else Text("It may have: {a}.", "可用的项：{a}。").filled(
                        a=", ".join(sorted(known))
                    ),
                )

    def unlike(self, identifier: str, place: Place, others: Collection[str]) -> bool:
        """Return whether a name differs from `others` in more than case; notes otherwise.

        Engines take names that differ only in case for one.
        """
        for other in others:
            if other.casefold() == identifier.casefold():
                self.problem(
                    place,
                    Text(
                        "“{n}” and “{o}” are one name to the engine",
                        "“{n}”与“{o}”对引擎而言是同一名称",
                    ).filled(n=identifier, o=other),
                    Text("Give one of them another name.", "请为其中之一改名。"),
                )
                return False
        return True

    def at_most(self, count: int, most: int, place: Place, what: Text) -> None:
        """Note more of something than anyone can read, and more than the engine can nest."""
        if count > most:
            self.problem(
                place,
                Text("{n} {w} are more than {m}", "{w}有 {n} 个，超过 {m} 个").filled(
                    n=count, w=what, m=most
                ),
                Text("Merge some of them.", "请合并其中一部分。"),
            )

    def scalar(self, node: Mapping, key: str, what: Text, *, needed: bool = False) -> Scalar | None:
        """Return the single value under `key`, or None; notes what is missing or not single."""
        child = node.entries.get(key)
        if child is None:
            if needed:
                self.missing(node.place, key, what)
            return None
        if not isinstance(child, Scalar) or (child.text == "" and not child.quoted):
            self.problem(
                child.place,
                Text("“{k}” needs a single value", "“{k}”应为单个取值").filled(k=key),
                Text("Write it as “{k}: value”.", "请写成“{k}: 取值”。").filled(k=key),
            )
            return None
        return child

    def missing(self, place: Place, key: str, what: Text) -> None:
        """Note that `what` lacks `key`."""
        self.problem(
            place,
            Text("{w} lacks “{k}”", "{w}缺少“{k}”").filled(w=what, k=key),
            Text("Add “{k}: ...”.", "请补上“{k}: ...”。").filled(k=key),
        )

    def mapping(self, node: Mapping, key: str) -> Mapping | None:
        """Return the named values under `key`, or None when it is absent."""
        child = node.entries.get(key)
        if child is None or isinstance(child, Mapping):
            return child
        self.problem(
            child.place,
            Text("“{k}” needs named values below it", "“{k}”之下应为若干命名的项").filled(k=key),
            Text("Indent “name: value” lines below it.", "请在其下缩进书写“名称: 取值”。"),
        )
        return None

    def text(self, node: Mapping, key: str, what: Text, *, default: Text | None = None) -> Text:
        """Return the wording under `key`, in both languages; notes a language that lacks."""
        child = node.entries.get(key)
        if child is None:
            if default is None:
                self.missing(node.place, key, what)
            return default or Text.same(key)
        return self.wording(child, key)

    def wording(self, child: Node, key: str) -> Text:
        """Return the wording that `child` holds, in both languages."""
        wordings = {
            language: entry.text.strip()
            for language, entry in (child.entries.items() if isinstance(child, Mapping) else ())
            if isinstance(entry, Scalar)
        }
        if set(wordings) != {"en", "zh"} or not all(wordings.values()):
            self.problem(
                child.place,
                Text("“{k}” needs both languages", "“{k}”需要中英文两种写法").filled(k=key),
                Text("Write {{en: ..., zh: ...}}.", "请写成 {{en: ..., zh: ...}}。").filled(),
            )
            return Text(wordings.get("en") or key, wordings.get("zh") or key)
        return Text(wordings["en"], _FOLDS.sub("", wordings["zh"]))

    def whole(self, node: Scalar, what: Text) -> int:
        """Return a whole number; notes what is none and returns 0."""
        if _WHOLE.fullmatch(node.text):
            return int(node.text)
        self._not_a(node, Text("a whole number", "整数"), what)
        return 0

    def day(self, node: Mapping, key: str, what: Text) -> date | None:
        """Return the day under `key`, or None; notes what is none."""
        child = self.scalar(node, key, what)
        if child is None:
            return None
        try:
            day = date.fromisoformat(child.text) if _DAY.fullmatch(child.text) else None
        except ValueError:
            day = None
        if day is None:
            self.problem(
                child.place,
                Text("“{v}” is not a day", "“{v}”不是日期").filled(v=child.text),
                Text("Write “{k}: 2025-01-31”.", "请写“{k}: 2025-01-31”。").filled(k=key),
            )
        return day

    def number(self, node: Scalar, what: Text, mend: Text | None = None) -> Decimal:
        """Return a number of at most four decimals; notes what is none and returns 0.

        Args:
            node: Where it stands.
            what: What it is, for people.
            mend: What to do about an expression, where more is to be said than what is needed.
        """
        if _NUMBER.fullmatch(node.text):
            return Decimal(node.text)
        wanted = Text("a number with at most 4 decimals", "至多 4 位小数的数值")
        self._not_a(node, wanted, what, mend if _is_expression(node.text) else None)
        return Decimal(0)

    def plausible_share(self, given: Expression, place: Place) -> None:
        """Warn of a share above 1 or below 0 that was not written with %."""
        value = given.value if isinstance(given, Literal) else None
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or 0 <= value <= 1:
            return
        if isinstance(given, Literal) and given.unit == "share":
            return
        written = value_in_words(value).en
        self.problem(
            place,
            Text("{v} as a share is {p} %", "{v} 作为比例即 {p} %").filled(
                v=written, p=value_in_words(Decimal(value) * 100).en
            ),
            Text(
                "Did you mean {v} %? A share outside 0 to 1 is written with %.",
                "是否应为 {v} %？0 到 1 以外的比例请写 %。",
            ).filled(v=written),
            severity="warning",
        )

    def choice(self, node: Scalar, allowed: Collection[str], what: Text) -> str | None:
        """Return the text if it is one of `allowed`; notes otherwise."""
        if node.text in allowed:
            return node.text
        self.problem(
            node.place,
            Text("“{v}” is not possible for {w}", "“{v}”不能用于{w}").filled(v=node.text, w=what),
            Text("Use one of: {a}.", "可用：{a}。").filled(a=", ".join(allowed)),
        )
        return None

    def window(self, node: Scalar) -> Window:
        """Return the window that the words name; notes what names none."""
        try:
            return parse_window(node.text)
        except ValueError:
            self.problem(
                node.place,
                Text("“{v}” is not a window of time", "“{v}”不是时间窗口").filled(v=node.text),
                mend_of_window(node.text),
            )
            return Window()

    def expression(
        self,
        node: Scalar,
        types: MappingType[str, ValueType],
        wanted: Collection[ValueType] | None = None,
        units: MappingType[str, Unit] | None = None,
        *,
        despite_units: bool = False,
    ) -> tuple[Expression, ValueType] | None:
        """Return the expression and its type; notes what cannot be read or does not fit.

        Args:
            node: Where the expression stands.
            types: The type of each name it may use.
            wanted: The types it may give; None: any.
            units: The units of names that mean something only here, beside those of `self.units`.
            despite_units: Whether an expression whose units do not fit is returned all the same,
                after that was noted.
        """
        scope = dict.fromkeys(self.broken, ValueType.UNKNOWN) | dict(types)
        try:
            tree = compared_by_rank(parse(node.text), self.grades)
            found = type_of(tree, scope)
            try:
                unit_of(tree, self.units | dict(units or {}))
            except ExpressionUnitError as error:
                place = self._inside(node, error.at)
                self.problems.append(
                    Problem("error", error.what, error.mend, place, readable=despite_units)
                )
                if not despite_units:
                    return None
        except ExpressionError as error:
            self.problem(self._inside(node, error.at), error.what, error.mend)
            return None
        except ExpressionTypeError as error:
            mend = _mend_of_types(error, types)
            self.problem(self._inside(node, error.at), error.what, mend)
            return None
        if wanted is not None and found not in {*wanted, ValueType.UNKNOWN}:
            labels = [value_type.label for value_type in wanted]
            self.problem(
                node.place,
                Text("this gives {f}, not {w}", "结果是{f}，应为{w}").filled(
                    f=found.label,
                    w=Text(" / ".join(t.en for t in labels), "或".join(t.zh for t in labels)),
                ),
                Text("Change the expression.", "请修改表达式。"),
            )
            return None
        return tree, found

    def items(self, node: Node) -> tuple[Scalar, ...]:
        """Return a list's single values; notes anything else."""
        members = node.items if isinstance(node, Sequence) else (node,)
        singles = tuple(member for member in members if isinstance(member, Scalar))
        if len(singles) != len(members):
            self.problem(
                node.place,
                Text("a list of single values is needed", "应为单个取值的列表"),
                Text("Write [a, b, c].", "请写成 [a, b, c]。"),
            )
        return singles

    def _not_a(self, node: Scalar, wanted: Text, what: Text, mend: Text | None = None) -> None:
        self.problem(
            node.place,
            Text("“{v}” is not {n}", "“{v}”不是{n}").filled(v=node.text, n=wanted),
            mend or Text("{w} needs {n}.", "{w}应为{n}。").filled(w=what, n=wanted),
        )

    @staticmethod
    def _inside(node: Scalar, offset: int) -> Place:
        """Return the place of a character of a one-line value; the value's own when folded."""
        shift = offset + (1 if node.quoted else 0)
        return Place(node.place.line, node.place.column + shift)


def _is_expression(text: str) -> bool:
    """Return whether a text computes something of names, and is more than a word."""
    try:
        tree = parse(text)
    except ExpressionError:
        return False
    return bool(names_in(tree)) and isinstance(tree, Call)


_MOST_NAMES = 40


def _mend_of_types(error: ExpressionTypeError, types: MappingType[str, ValueType]) -> Text:
    """Return how to mend a name that is not known, or an operator whose values do not fit."""
    if error.name is None:
        if isinstance(error, WrongArgumentsError):
            return Text(
                "Give it values that fit; number(...) reads a text as a number.",
                "请给出类型相符的值；number(...) 可把文本读作数值。",
            )
        return Text("Change the expression.", "请修改表达式。")
    fact, _, column = error.name.partition(".")
    if fact == "customers" and column:
        return Text(
            "Make a metric of it, `{c}: {{value: {n}}}` under `metrics`, and name that.",
            "请先在 `metrics` 中建立指标 `{c}: {{value: {n}}}`，此处写该指标名。",
        ).filled(c=column, n=error.name)
    near = difflib.get_close_matches(error.name, list(types), 3, 0.6)
    if near:
        return Text("Did you mean {n}?", "是否应为 {n}？").filled(
            n=" / ".join(f"“{candidate}”" for candidate in near)
        )
    names = sorted(types)
    more = len(names) - _MOST_NAMES
    said = Text("Names usable here: {n}.", "此处可用的名称：{n}。")
    if more > 0:
        said = Text("Names usable here: {n}, and {m} more.", "此处可用的名称：{n}，另有 {m} 个。")
    return said.filled(n=", ".join(names[:_MOST_NAMES]), m=more)
