"""Standards: reading, checking, fingerprints, and the bundled ones."""
