"""What the benchmark of lifetime value fits, and by which packages."""
