"""The form of where notices are sent."""

from __future__ import annotations

from django import forms

from kefen.workspace.shell.language import spoken


class MailForm(forms.Form):
    """An address and a language."""

    address = forms.EmailField(
        label=spoken("E-mail address", "邮箱"),
        required=False,
        help_text=spoken("Empty: no e-mail.", "留空则不发邮件。"),
    )
    language = forms.ChoiceField(
        label=spoken("Language of the e-mail", "邮件语言"),
        choices=[("en", "English"), ("zh", "中文")],
    )
