"""Lifetime value: models of how often customers buy, whether they are still there, and what for."""

from kefen.methods.clv.beta_geometric import BetaGeometricNBD, ModifiedBetaGeometricNBD
from kefen.methods.clv.bg_bb import BetaGeometricBetaBinomial
from kefen.methods.clv.gamma_gamma import GammaGamma
from kefen.methods.clv.pareto_nbd import ParetoNBD
from kefen.methods.clv.purchases import PurchaseHistoryModel

__all__ = [
    "BetaGeometricBetaBinomial",
    "BetaGeometricNBD",
    "GammaGamma",
    "ModifiedBetaGeometricNBD",
    "ParetoNBD",
    "PurchaseHistoryModel",
]
