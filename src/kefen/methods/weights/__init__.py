"""Weights of criteria: by experts, by pairwise comparison (AHP), or from how the data spread."""

from kefen.methods.weights.data import critic_weights, entropy_weights
from kefen.methods.weights.experts import PanelWeights, panel_weights
from kefen.methods.weights.pairwise import (
    CONSISTENT_BELOW,
    MOST_CRITERIA,
    Inconsistency,
    PairwiseWeights,
    completed_matrix,
    most_inconsistent,
    on_scale,
    pairwise_weights,
)
from kefen.methods.weights.rounding import in_points
from kefen.methods.weights.topsis import Ranking, topsis

__all__ = [
    "CONSISTENT_BELOW",
    "MOST_CRITERIA",
    "Inconsistency",
    "PairwiseWeights",
    "PanelWeights",
    "Ranking",
    "completed_matrix",
    "critic_weights",
    "entropy_weights",
    "in_points",
    "most_inconsistent",
    "on_scale",
    "pairwise_weights",
    "panel_weights",
    "topsis",
]
