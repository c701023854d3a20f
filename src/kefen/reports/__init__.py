"""The standard tables and analyses, as Excel and HTML."""
