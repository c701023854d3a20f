"""Kefen (客分): classify customers under published standards and explain every grade.

From Python:

    import kefen

    result = kefen.grade(customers="customers.xlsx", orders=orders_frame, as_of="2026-10-31")
    result.grades
    print(result.explain("12346", "abc").schemes[0].sentence.en)
"""

from importlib import import_module as _import_module

__version__ = "0.1.0"
__all__ = (
    "Book",
    "Grader",
    "KefenError",
    "Result",
    "Run",
    "check_standard",
    "from_database",
    "grade",
    "new_book",
    "open_book",
    "open_run",
    "read_standard",
)


def __getattr__(name: str) -> object:
    """Return what the package offers, importing it when it is first asked for."""
    if name in __all__:
        return getattr(_import_module("kefen.api"), name)
    raise AttributeError(f"module 'kefen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
