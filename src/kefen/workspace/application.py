"""The WSGI application; `KEFEN_BOOK` names the book it serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefen.workspace.settings")
application = get_wsgi_application()
