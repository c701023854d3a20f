"""The check character of the unified social credit code (GB 32100-2015)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.tax_id import ALPHABET, WEIGHTS, is_valid_tax_id, tax_id_condition

PUBLIC_CODES = [
    "91350100M000100Y43",  # the worked example of the standard
    "914403001922038216",  # of large companies, as printed on their invoices and websites
    "91440300708461136T",
    "91330100799655058B",
    "91110000802100433B",
    "9111000071093123XX",
]


def test_the_weights_are_those_printed_in_the_standard() -> None:
    assert WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    assert len(ALPHABET) == 31
    assert not set("IOSVZ") & set(ALPHABET)


@pytest.mark.parametrize("code", PUBLIC_CODES)
def test_public_codes_are_valid(code: str) -> None:
    assert is_valid_tax_id(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "91350100m000100y43",
        " 91350100M000100Y43",
        "91350100M000100Y43\n",
        "9135010OM000100Y43",
        "91350100M000100Y4Ⅲ",
        "９1350100M000100Y43",
    ],
)
def test_wrong_forms_are_refused(code: str) -> None:
    assert not is_valid_tax_id(code)


@given(
    code=st.sampled_from(PUBLIC_CODES),
    position=st.integers(0, 17),
    character=st.sampled_from(ALPHABET),
)
def test_one_wrong_character_is_always_seen(code: str, position: int, character: str) -> None:
    changed = code[:position] + character + code[position + 1 :]
    assert is_valid_tax_id(changed) == (changed == code)


@given(code=st.sampled_from(PUBLIC_CODES), position=st.integers(0, 16))
def test_two_neighbours_exchanged_are_always_seen(code: str, position: int) -> None:
    changed = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert is_valid_tax_id(changed) == (changed == code)


def test_sql_and_python_agree() -> None:
    bodies = [
        f"91{place:06d}{organisation:09d}"
        for place in (110000, 440300)
        for organisation in range(40)
    ]
    codes = [body + check for body in bodies for check in ALPHABET]
    codes += [*PUBLIC_CODES, "", "x", "91350100M000100Y43\n", "９1350100M000100Y43"]
    with DuckDBEngine() as engine:
        engine.run("CREATE TABLE codes (position INTEGER, code VARCHAR)")
        engine.run(
            "INSERT INTO codes SELECT UNNEST(RANGE(?)), UNNEST(CAST(? AS VARCHAR[]))",
            [len(codes), codes],
        )
        judged = engine.rows(
            f"SELECT COALESCE({tax_id_condition('code')}, FALSE) FROM codes ORDER BY position"
        )
    assert [valid for (valid,) in judged] == [is_valid_tax_id(code) for code in codes]
    assert sum(valid for (valid,) in judged) == len(bodies) + len(PUBLIC_CODES)
