"""Clustering: groups of customers that are alike, found, judged, named and applied."""

from kefen.methods.clustering.choice import Candidate
from kefen.methods.clustering.finding import find_clusters
from kefen.methods.clustering.indicators import Category, Indicator
from kefen.methods.clustering.model import Clusters, Placed
from kefen.methods.clustering.partitions import METHODS, Method
from kefen.methods.clustering.quality import verdict

__all__ = [
    "METHODS",
    "Candidate",
    "Category",
    "Clusters",
    "Indicator",
    "Method",
    "Placed",
    "find_clusters",
    "verdict",
]
