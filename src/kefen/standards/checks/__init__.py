"""The checker: what is wrong with a standard, found without any data."""

from kefen.standards.checks.examine import findings_on_standard

__all__ = ["findings_on_standard"]
