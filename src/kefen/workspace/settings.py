"""Django's settings for the workspace of one book, which `KEFEN_BOOK` names."""

from __future__ import annotations

import os
from pathlib import Path

from kefen.lake.book import Book
from kefen.workspace.common_settings import *  # noqa: F403  Django reads the names of this module
from kefen.workspace.common_settings import STORAGES
from kefen.workspace.databases import database_settings
from kefen.workspace.notices.configured import mail_settings
from kefen.workspace.secrets import secret_key

BOOK_VARIABLE = "KEFEN_BOOK"
BOOK = Book.open(Path(os.environ[BOOK_VARIABLE]))

SECRET_KEY = secret_key(BOOK.directory)
# The server listens on this machine unless it is told otherwise; then it names its hosts.
ALLOWED_HOSTS = os.environ.get("KEFEN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
FIRST_RUN_KEY = os.environ.get("KEFEN_FIRST_RUN_KEY", "")
DEMO_KEY = os.environ.get("KEFEN_DEMO_KEY", "")

DATABASES = {"default": database_settings(BOOK)}
LANGUAGE_CODE = "zh-hans" if BOOK.settings.language == "zh" else "en"
TIME_ZONE = BOOK.settings.timezone
UPLOADS = BOOK.directory / "uploads"
STORAGES = {
    **STORAGES,
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(UPLOADS)},
    },
}

_SECURE = os.environ.get("KEFEN_HTTPS") == "1"
SESSION_COOKIE_SECURE = _SECURE
CSRF_COOKIE_SECURE = _SECURE
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if _SECURE]

# How e-mail is sent is a dozen names of Django, which the book's settings decide.
globals().update(mail_settings(BOOK))
SITE_ADDRESS = BOOK.settings.site or ""
