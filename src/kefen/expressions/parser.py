"""The parser of the expression language: a small, safe language without loops or side effects."""

from __future__ import annotations

from decimal import Decimal

from kefen.domain.text import Text
from kefen.expressions.operators import CATALOGUE
from kefen.expressions.tokens import (
    FURTHER_DIGITS,
    ExpressionError,
    Token,
    date_of,
    number_of,
    tokens_of,
    with_comma,
)
from kefen.expressions.tree import Call, Expression, Literal, Name

MAX_LENGTH = 4_000
MAX_DEPTH = 60
MAX_SIZE = 5_000

_COMPARISONS = {
    "=": "equals",
    "!=": "differs",
    "<>": "differs",
    "<": "less",
    "<=": "at_most",
    ">": "greater",
    ">=": "at_least",
}
WORDS = frozenset({"and", "or", "not", "in", "is", "known", "unknown", "true", "false"})
"""Words of the language: nothing can be called by them."""


def parse(source: str) -> Expression:
    """Return the tree of an expression.

    Raises:
        ExpressionError: The text is too long, too deep, or not an expression.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            Text("the expression is longer than {n} characters", "表达式超过 {n} 个字符").filled(
                n=MAX_LENGTH
            ),
            MAX_LENGTH,
            Text("Split it: name parts of it as metrics.", "请拆分：把其中的部分定义为指标。"),
        )
    parser = _Parser(tokens_of(source), source)
    tree = parser.expression()
    parser.end()
    _check_size(tree)
    return tree


def _check_size(tree: Expression) -> None:
    """Refuse trees that are too deep to walk, or too large once written as SQL."""
    mend = Text("Split it: name parts of it as metrics.", "请拆分：把其中的部分定义为指标。")
    pending = [(tree, 1)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise ExpressionError(
                Text(
                    "the expression has more than {n} steps in a row", "表达式连续运算超过 {n} 步"
                ).filled(n=MAX_DEPTH),
                node.at,
                mend,
            )
        if isinstance(node, Call):
            pending.extend((argument, depth + 1) for argument in node.arguments)
    if _size(tree) > MAX_SIZE:
        raise ExpressionError(Text("the expression is too involved", "表达式过于复杂"), 0, mend)


def _size(tree: Expression) -> int:
    if not isinstance(tree, Call):
        return 1
    sizes = [_size(argument) for argument in tree.arguments]
    operator = CATALOGUE[tree.operator]
    of_first = operator.repeats_first
    first = operator.repeats if of_first is None else of_first(len(sizes))
    return 1 + first * sizes[0] + operator.repeats * sum(sizes[1:])


def _no_unit_word(word: str, at: int) -> ExpressionError:
    """Return the error of a number followed by a word that is no unit."""
    return ExpressionError(
        Text("“{w}” is no unit word", "“{w}”不是单位词").filled(w=word),
        at,
        Text(
            "After a number may stand days, months, years, hours, times (how often), %, and wan, "
            "thousand, million before them. Of anything else, money too, write the number alone.",
            "数字之后可写 天、个月、年、小时、次、%，以及其前的 万、千、百万、亿；"
            "其他数量（包括金额）只写数字。",
        ),
    )


class _Parser:
    """Precedence climbing over tokens: or < and < not < comparison < + - < * / < unary."""

    def __init__(self, tokens: list[Token], source: str) -> None:
        self._tokens = tokens
        self._source = source
        self._next = 0
        self._length = len(source)
        self._depth = 0

    def expression(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(
                Text("the expression is nested too deeply", "表达式嵌套过深"), self._at()
            )
        tree = self._conjunctions()
        while self._take_word("or"):
            tree = Call("or", (tree, self._conjunctions()), tree.at)
        self._depth -= 1
        return tree

    def end(self) -> None:
        self._after_number()
        token = self._peek()
        if token is not None:
            raise ExpressionError(
                Text("“{t}” is not expected here", "此处不应出现“{t}”").filled(t=token.text),
                token.at,
            )

    def _after_number(self) -> None:
        """Refuse what people write after a number and cannot stand there.

        Raises:
            ExpressionError: A unit that is none, or the rest of a number with commas.
        """
        token = self._peek()
        before = self._tokens[self._next - 1] if self._next else None
        if token is None or before is None or before.kind != "number":
            return
        if token.kind == "name" and token.text not in WORDS:
            raise _no_unit_word(token.text, token.at)
        if FURTHER_DIGITS.match(self._source, token.at) is not None:
            raise with_comma(self._source, before.at)

    def _conjunctions(self) -> Expression:
        tree = self._negation()
        while self._take_word("and"):
            tree = Call("and", (tree, self._negation()), tree.at)
        return tree

    def _negation(self) -> Expression:
        negations = []
        while (at := self._at()) is not None and self._take_word("not"):
            negations.append(at)
            if len(negations) > MAX_DEPTH:
                raise ExpressionError(Text("too many “not”", "“not”过多"), at)
        tree = self._comparison()
        for at in reversed(negations):
            tree = Call("not", (tree,), at)
        return tree

    def _comparison(self) -> Expression:
        left = self._sum()
        token = self._peek()
        if token is None:
            return left
        if token.kind == "symbol" and token.text in _COMPARISONS:
            self._next += 1
            return Call(_COMPARISONS[token.text], (left, self._sum()), token.at)
        if self._take_word("is"):
            if self._take_word("known"):
                return Call("is_known", (left,), token.at)
            if self._take_word("unknown"):
                return Call("is_unknown", (left,), token.at)
            raise ExpressionError(
                Text("“is” is followed by “known” or “unknown”", "“is”后应为“known”或“unknown”"),
                self._at(),
            )
        negated = self._take_word("not")
        if self._take_word("in"):
            members = Call("one_of", (left, *self._arguments()), token.at)
            return Call("not", (members,), token.at) if negated else members
        if negated:
            raise ExpressionError(
                Text("“not” is followed by “in” here", "此处“not”后应为“in”"), self._at()
            )
        return left

    def _sum(self) -> Expression:
        tree = self._term()
        while (token := self._take_symbol("+", "-")) is not None:
            tree = Call("add" if token.text == "+" else "subtract", (tree, self._term()), token.at)
        return tree

    def _term(self) -> Expression:
        tree = self._unary()
        while (token := self._take_symbol("*", "/")) is not None:
            operator = "multiply" if token.text == "*" else "divide"
            tree = Call(operator, (tree, self._unary()), token.at)
        return tree

    def _unary(self) -> Expression:
        token = self._take_symbol("-")
        if token is None:
            return self._primary()
        operand = self._primary()
        if isinstance(operand, Literal) and isinstance(operand.value, int | Decimal):
            return Literal(-operand.value, token.at, operand.unit)
        return Call("negate", (operand,), token.at)

    def _primary(self) -> Expression:
        token = self._peek()
        if token is None:
            raise ExpressionError(
                Text("the expression ends too early", "表达式不完整"), self._length
            )
        self._next += 1
        if token.kind == "number":
            return Literal(number_of(token), token.at, token.unit)
        if token.kind == "date":
            return Literal(date_of(token), token.at)
        if token.kind == "text":
            return Literal(token.text[1:-1].replace("''", "'"), token.at)
        if token.kind == "quoted":
            return Name(token.text[1:-1].replace('""', '"'), token.at)
        if token.kind == "symbol" and token.text == "(":
            tree = self.expression()
            self._close()
            return tree
        if token.kind == "name":
            return self._named(token)
        raise ExpressionError(
            Text("“{t}” is not expected here", "此处不应出现“{t}”").filled(t=token.text), token.at
        )

    def _named(self, token: Token) -> Expression:
        if token.text in ("true", "false"):
            return Literal(token.text == "true", token.at)
        if token.text == "unknown":
            return Literal(None, token.at)
        following = self._peek()
        if following is not None and following.text == "(" and following.kind == "symbol":
            operator = CATALOGUE.get(token.text)
            if operator is None or not operator.callable:
                usable = ", ".join(sorted(o.name for o in CATALOGUE.values() if o.callable))
                raise ExpressionError(
                    Text("there is no operator “{n}”", "没有名为“{n}”的运算").filled(n=token.text),
                    token.at,
                    Text("Operators: {o}.", "可用的运算：{o}。").filled(o=usable),
                )
            return Call(token.text, self._arguments(), token.at)
        if token.text in WORDS:
            raise ExpressionError(
                Text("“{t}” is not expected here", "此处不应出现“{t}”").filled(t=token.text),
                token.at,
            )
        return Name(token.text, token.at)

    def _arguments(self) -> tuple[Expression, ...]:
        if self._take_symbol("(") is None:
            raise ExpressionError(Text("“(” is expected here", "此处应为“(”"), self._at())
        arguments = [self.expression()]
        while self._take_symbol(",") is not None:
            arguments.append(self.expression())
        self._close()
        return tuple(arguments)

    def _close(self) -> None:
        if self._take_symbol(")") is None:
            self._after_number()
            raise ExpressionError(Text("“)” is expected here", "此处应为“)”"), self._at())

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _at(self) -> int:
        token = self._peek()
        return token.at if token is not None else self._length

    def _take_symbol(self, *symbols: str) -> Token | None:
        token = self._peek()
        if token is not None and token.kind == "symbol" and token.text in symbols:
            self._next += 1
            return token
        return None

    def _take_word(self, word: str) -> bool:
        token = self._peek()
        if token is not None and token.kind == "name" and token.text == word:
            self._next += 1
            return True
        return False
