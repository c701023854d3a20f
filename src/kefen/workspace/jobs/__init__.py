"""Work in the background: it reports how far it is, and survives the death of its process."""
