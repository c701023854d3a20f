"""How e-mail is sent, as `kefen.toml` says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from kefen.domain.errors import BookError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.lake.book import Book

_BACKENDS = "django.core.mail.backends"
_TIMEOUT_SECONDS = 20
_SUBMISSION, _SUBMISSION_SSL = 587, 465


def mail_settings(book: Book) -> dict[str, Any]:
    """Return Django's settings of e-mail for a book; none is sent where `mail` is not set.

    Raises:
        BookError: The URL names no way of sending, or the sender lacks.
    """
    url, sender = book.settings.mail, book.settings.mail_from
    if url is None:
        return {"EMAIL_FROM": ""}
    parts = urlsplit(url)
    if parts.scheme == "console":
        return _with_sender(sender, EMAIL_BACKEND=f"{_BACKENDS}.console.EmailBackend")
    if parts.scheme == "file" and parts.path:
        return _with_sender(
            sender,
            EMAIL_BACKEND=f"{_BACKENDS}.filebased.EmailBackend",
            EMAIL_FILE_PATH=unquote(parts.path),
        )
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BookError(
            Text("“{u}” is no way to send e-mail.", "“{u}”不是发送邮件的方式。").filled(
                u=f"{parts.scheme}:..."
            ),
            where="kefen.toml: mail",
            mend=Text(
                'Write mail = "smtp://user:password@host:587" (or smtps:// with port 465).',
                '请写成 mail = "smtp://用户:密码@主机:587"（或 smtps://，端口 465）。',
            ),
        )
    encrypted = parts.scheme == "smtps"
    # Without a name and a password it is a relay of the own network, which may know no TLS.
    return _with_sender(
        sender,
        EMAIL_BACKEND=f"{_BACKENDS}.smtp.EmailBackend",
        EMAIL_HOST=parts.hostname,
        EMAIL_PORT=parts.port or (_SUBMISSION_SSL if encrypted else _SUBMISSION),
        EMAIL_HOST_USER=unquote(parts.username or ""),
        EMAIL_HOST_PASSWORD=unquote(parts.password or ""),
        EMAIL_USE_SSL=encrypted,
        EMAIL_USE_TLS=not encrypted and bool(parts.username),
        EMAIL_TIMEOUT=_TIMEOUT_SECONDS,
    )


def _with_sender(sender: str | None, **settings: Any) -> dict[str, Any]:
    if sender is None or "@" not in sender:
        raise BookError(
            Text("It is not said who sends the e-mail.", "未指定发件人。"),
            where="kefen.toml: mail_from",
            mend=Text(
                'Write mail_from = "kefen@example.com".', '请写 mail_from = "kefen@example.com"。'
            ),
        )
    return {"EMAIL_FROM": sender, "DEFAULT_FROM_EMAIL": sender, **settings}
