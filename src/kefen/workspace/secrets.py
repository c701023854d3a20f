"""The key that signs sessions, made once for each book."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "workspace.key"


def secret_key(directory: Path) -> str:
    """Return the key of a book; the first call makes it, readable to its owner alone."""
    path = directory / FILE_NAME
    if not path.is_file():
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return secret_key(directory)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")
