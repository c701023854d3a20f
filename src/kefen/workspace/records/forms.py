"""Forms of customers' records: every value is text as a file would have it, or None."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing

from kefen.domain.contract import Kind
from kefen.domain.text import Text
from kefen.workspace.customers.sight import CODES
from kefen.workspace.records.fields import groups_for
from kefen.workspace.records.models import AttributeKind
from kefen.workspace.records.words import INTERACTIONS
from kefen.workspace.shell.language import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.domain.contract import Column
    from kefen.workspace.accounts.models import User
    from kefen.workspace.records.models import CustomAttribute

_LONGEST = 300
_WAS = "was"


class RecordForm(forms.Form):
    """The fields of a customer that a person sees, grouped; with what they were when it opened."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=40)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        user: User,
        kind: str,
        attributes: Sequence[CustomAttribute],
        data: Any = None,
        *,
        values: Mapping[str, str | None] | None = None,
        token: str = "",
    ) -> None:
        super().__init__(data)
        given = values or {}
        self.groups: list[tuple[Text, list[str]]] = []
        self.names: list[str] = []
        for group, columns in groups_for(user, kind):
            for column in columns:
                self.fields[column.name] = _field(column)
            self._group(group.name, [column.name for column in columns], given)
        if attributes:
            for one in attributes:
                self.fields[one.field] = _own_field(one)
            self._group(
                Text("Our own fields", "自定义字段"), [one.field for one in attributes], given
            )
        self.initial["token"] = token
        if data is None:
            self.remember(given)

    def _group(self, name: Text, fields: list[str], given: Mapping[str, str | None]) -> None:
        self.groups.append((name, fields))
        self.names += fields
        for field in fields:
            self.initial[field] = given.get(field) or ""

    def remember(self, values: Mapping[str, str | None]) -> None:
        """Take the values now for those that the form was opened with."""
        kept = {one: values.get(one) for one in self.names}
        self.initial["was"] = signing.dumps(json.dumps(kept), salt=_WAS, compress=True)
        if self.is_bound:
            sent: Any = self.data
            self.data = sent.copy()
            self.data["was"] = self.initial["was"]  # type: ignore[index]

    @property
    def grouped(self) -> list[tuple[Text, list[forms.BoundField]]]:
        """Return the fields in their groups."""
        return [(name, [self[field] for field in fields]) for name, fields in self.groups]

    def clean_was(self) -> dict[str, str | None]:
        """Return the values that the form was opened with.

        Raises:
            ValidationError: They are not what the server wrote.
        """
        try:
            found: dict[str, str | None] = json.loads(
                signing.loads(self.cleaned_data["was"], salt=_WAS)
            )
        except (signing.BadSignature, ValueError) as error:
            raise forms.ValidationError(
                spoken("Load the page again.", "请刷新页面。"), code="stale"
            ) from error
        return found

    @property
    def values(self) -> dict[str, str | None]:
        """Return the values of the valid form as text."""
        return {one: _as_text(self.cleaned_data.get(one)) for one in self.names}


class NewCustomerForm(RecordForm):
    """A new customer or prospect: besides its fields, which of the two it is, and its number."""

    status = forms.ChoiceField(
        label=spoken("It is a", "类别"),
        required=False,
        choices=[(one, spoken(words.en, words.zh)) for one, words in CODES["status"].items()],
    )

    number = forms.CharField(
        label=spoken("Customer id", "客户编号"),
        required=False,
        max_length=60,
        help_text=spoken("Left empty, the next free one is taken.", "留空则自动编号。"),
    )

    @property
    def values(self) -> dict[str, str | None]:
        """Return the values of the valid form as text."""
        return super().values | {"status": self.cleaned_data["status"] or "customer"}

    def clean(self) -> dict[str, Any]:
        """Ask for a name."""
        values = super().clean() or {}
        if not values.get("name"):
            self.add_error("name", spoken("Give the customer a name.", "请填写客户名称。"))
        return values


class ReasonForm(forms.Form):
    """Why a customer is archived."""

    reason = forms.CharField(label=spoken("Reason", "原因"), required=False, max_length=300)


class AttributeForm(forms.Form):
    """A new custom attribute."""

    name_en = forms.CharField(label=spoken("Name in English", "英文名称"), max_length=60)
    name_zh = forms.CharField(label=spoken("Name in Chinese", "中文名称"), max_length=60)
    kind = forms.ChoiceField(
        label=spoken("What it holds", "类型"),
        choices=[
            (AttributeKind.TEXT, spoken("text", "文本")),
            (AttributeKind.NUMBER, spoken("number", "数字")),
            (AttributeKind.DATE, spoken("date", "日期")),
            (AttributeKind.CHOICE, spoken("one of a list", "单选")),
            (AttributeKind.YES_NO, spoken("yes or no", "是否")),
        ],
    )
    choices = forms.CharField(
        label=spoken("The list, one a line", "选项，每行一个"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    money = forms.BooleanField(
        label=spoken("An amount of money: hidden from who sees none", "金额：对不可见金额者隐藏"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a list where there has to be one."""
        values = super().clean() or {}
        lines = [one.strip() for one in values.get("choices", "").splitlines() if one.strip()]
        values["choices"] = list(dict.fromkeys(lines))
        if values.get("kind") == AttributeKind.CHOICE and len(values["choices"]) < 2:
            self.add_error("choices", spoken("Write at least two.", "请至少写两个选项。"))
        return values


def _field(column: Column) -> forms.Field:
    label = _spoken(column.label)
    if column.kind is Kind.CODE:
        choices = [("", "–"), *((one, _spoken(CODES[column.name][one])) for one in column.codes)]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    if column.kind is Kind.DATE:
        return _date(label)
    if column.kind is Kind.INTEGER:
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=10**12)
    if column.kind in (Kind.MONEY, Kind.NUMBER):
        return _number(label)
    return forms.CharField(label=label, required=False, max_length=_LONGEST)


def _own_field(attribute: CustomAttribute) -> forms.Field:
    label = _spoken(attribute.name)
    if attribute.kind == AttributeKind.NUMBER:
        return _number(label)
    if attribute.kind == AttributeKind.DATE:
        return _date(label)
    if attribute.kind == AttributeKind.CHOICE:
        choices = [("", "–"), *((one, one) for one in attribute.choices)]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    if attribute.kind == AttributeKind.YES_NO:
        choices = [
            ("", "–"),
            ("yes", spoken("yes", "是")),
            ("no", spoken("no", "否")),
        ]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    return forms.CharField(label=label, required=False, max_length=_LONGEST)


def _date(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _number(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        max_digits=18,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


def _as_text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        written = f"{value:f}"
        return written.rstrip("0").rstrip(".") if "." in written else written
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value).strip()


def _spoken(text: Text) -> str:
    return spoken(text.en, text.zh)


class ContactForm(forms.Form):
    """A person at a customer."""

    name = forms.CharField(label=spoken("Name", "姓名"), max_length=100)
    position = forms.CharField(label=spoken("Position", "职务"), max_length=100, required=False)
    phone = forms.CharField(label=spoken("Phone", "电话"), max_length=40, required=False)
    email = forms.EmailField(label=spoken("Email", "电子邮箱"), required=False)
    wecom = forms.CharField(label=spoken("WeCom", "企业微信"), max_length=60, required=False)
    note = forms.CharField(label=spoken("Remark", "备注"), max_length=300, required=False)
    first = forms.BooleanField(label=spoken("Main contact", "主要联系人"), required=False)
    decides = forms.BooleanField(label=spoken("Decides", "有决策权"), required=False)


class NoteForm(forms.Form):
    """A note."""

    text = forms.CharField(
        label=spoken("Note", "备注"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class FileForm(forms.Form):
    """A file of a customer."""

    file = forms.FileField(
        label=spoken("File", "文件"), help_text=spoken("At most 20 MB.", "不超过 20 MB。")
    )


class InteractionForm(forms.Form):
    """What was done with a customer."""

    kind = forms.ChoiceField(
        label=spoken("What", "方式"),
        choices=[(code, spoken(one.en, one.zh)) for code, one in INTERACTIONS.items()],
    )
    at = forms.DateField(
        label=spoken("Day", "日期"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    contact = forms.CharField(label=spoken("With whom", "联系人"), max_length=100, required=False)
    purpose = forms.CharField(label=spoken("Purpose", "目的"), max_length=200, required=False)
    result = forms.CharField(label=spoken("Result", "结果"), max_length=300, required=False)
    next_on = forms.DateField(
        label=spoken("Next step on", "下次跟进日期"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
