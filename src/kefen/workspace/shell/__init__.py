"""What every page shares: frame, languages, themes, formats of numbers, headers, errors."""
