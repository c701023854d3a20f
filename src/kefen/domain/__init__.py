"""Plain types shared by every room: text, errors, the data contract, calendars, decimals."""
