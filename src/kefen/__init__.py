"""Kefen (客分): classify customers under published standards and explain every grade."""

__version__ = "0.1.0"
