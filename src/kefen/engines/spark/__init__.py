"""Spark: the engine of many machines. The same DuckDB SQL runs in its tasks, piece by piece."""
