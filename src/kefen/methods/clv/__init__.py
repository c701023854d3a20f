"""Lifetime value: models of how often customers buy, whether they are still there, and what for."""

from kefen.methods.clv.bg_nbd import BetaGeometricNBD

__all__ = ["BetaGeometricNBD"]
