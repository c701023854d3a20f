"""Data in: the readers, mapping, keys, quality, and the versioned tables of a book."""
