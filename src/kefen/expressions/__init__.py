"""The operator catalogue, the parser, and the two evaluators: DuckDB SQL and Python decimals."""

from kefen.expressions.evaluator import evaluate
from kefen.expressions.operators import CATALOGUE
from kefen.expressions.parser import parse
from kefen.expressions.sql import to_sql
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Call, Expression, Literal, Name, names_in, replace_names
from kefen.expressions.types import ValueType, type_of

__all__ = [
    "CATALOGUE",
    "Call",
    "Expression",
    "ExpressionError",
    "Literal",
    "Name",
    "ValueType",
    "evaluate",
    "names_in",
    "parse",
    "replace_names",
    "to_sql",
    "type_of",
]
