"""The unified social credit code (统一社会信用代码) of GB 32100-2015 and its check character."""

from __future__ import annotations

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of the code in the order of their values; I, O, S, V and Z are not used."""

LENGTH = 18
PATTERN = f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}"
"""Registering authority and kind (2), place of registration (6 digits), organisation (9), check."""

_MODULUS = len(ALPHABET)
WEIGHTS = tuple(pow(3, position, _MODULUS) for position in range(LENGTH - 1))
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_CODE = re.compile(PATTERN)


def is_valid_tax_id(code: str) -> bool:
    """Return whether `code` is a well-formed unified social credit code with its check character.

    Upper-case ASCII without spaces is expected, as the standard writes it. The check character
    c makes (value of c + sum of value x 3^position over the first 17) a multiple of 31.
    """
    if _CODE.fullmatch(code) is None:
        return False
    total = sum(_VALUES[c] * w for c, w in zip(code, (*WEIGHTS, 1), strict=True))
    return total % _MODULUS == 0


def tax_id_condition(column: str) -> str:
    """Return the DuckDB condition that equals `is_valid_tax_id` on `column`, an SQL expression.

    Null where the column is null.
    """
    terms = " + ".join(
        f"(STRPOS('{ALPHABET}', SUBSTRING({column}, {position}, 1)) - 1) * {weight}"
        for position, weight in enumerate((*WEIGHTS, 1), start=1)
    )
    return f"(REGEXP_FULL_MATCH({column}, '{PATTERN}') AND ({terms}) % {_MODULUS} = 0)"
