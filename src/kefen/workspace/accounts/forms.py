"""Forms of sign-in, people and passwords."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.validators import RegexValidator

from kefen.workspace.accounts.models import Team, User
from kefen.workspace.accounts.roles import ROLES
from kefen.workspace.shell.language import said, spoken

_USERNAME = RegexValidator(
    r"^[\w.@+-]+\Z",
    message=spoken("Letters, digits and . @ + - _ only.", "只能使用文字、数字及 . @ + - _。"),
)


def _password(label: str, *, new: bool = True) -> forms.CharField:
    autocomplete = "new-password" if new else "current-password"
    return forms.CharField(
        label=label,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        help_text=spoken(
            "At least 10 characters, not a common word.", "至少 10 个字符，勿用常见密码。"
        )
        if new
        else "",
    )


def _role_choices() -> list[tuple[str, str]]:
    return [(role.code, f"{said(role.name)} · {said(role.purpose)}") for role in ROLES.values()]


class SignInForm(AuthenticationForm):
    """User name and password."""

    error_messages = {  # noqa: RUF012  Django declares it so
        "invalid_login": spoken(
            "User name or password is wrong. After five wrong tries the name is locked for "
            "15 minutes.",
            "用户名或密码不正确。连续错误五次后，该用户名将锁定 15 分钟。",
        ),
        "inactive": spoken("This person has been switched off.", "此账号已停用。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = spoken("User name", "用户名")
        self.fields["password"].label = spoken("Password", "密码")


class NewPersonForm(forms.Form):
    """What is needed to add a person."""

    username = forms.CharField(
        label=spoken("User name", "用户名"),
        max_length=60,
        validators=[_USERNAME],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        label=spoken("Name", "姓名"),
        max_length=100,
        required=False,
        help_text=spoken(
            "As in the column “owner” of customers; their customers are this person's own.",
            "与客户表“负责人”一致者，即为其名下客户。",
        ),
    )
    password = _password(spoken("Password", "密码"))

    def clean_username(self) -> str:
        """Refuse a name that is taken, whatever its case."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(said_taken(username), code="taken")
        return username

    def clean(self) -> dict[str, Any]:
        """Judge the password beside the names."""
        values = super().clean() or {}
        if "password" in values:
            person = User(username=values.get("username", ""), name=values.get("name", ""))
            try:
                password_validation.validate_password(values["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return values


def said_taken(username: str) -> str:
    """Return what is said of a name that somebody has."""
    from kefen.domain.text import Text

    return said(Text("The name “{u}” is taken.", "用户名“{u}”已被使用。").filled(u=username))


class FirstRunForm(NewPersonForm):
    """The first administrator."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)


class AddPersonForm(NewPersonForm):
    """A further person, with role and team."""

    role = forms.ChoiceField(label=spoken("Role", "角色"), choices=_role_choices)
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"),
        label=spoken("Team", "团队"),
        required=False,
        empty_label=spoken("No team", "无团队"),
    )


class ChangePersonForm(forms.Form):
    """Who a person is."""

    name = forms.CharField(label=spoken("Name", "姓名"), max_length=100, required=False)
    role = forms.ChoiceField(label=spoken("Role", "角色"), choices=_role_choices)
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"),
        label=spoken("Team", "团队"),
        required=False,
        empty_label=spoken("No team", "无团队"),
    )
    is_active = forms.BooleanField(
        label=spoken("May sign in", "允许登录"), required=False, initial=True
    )


class TeamForm(forms.Form):
    """The name of a team."""

    name = forms.CharField(
        label=spoken("Name of the team", "团队名称"),
        max_length=100,
        help_text=spoken("As in the column “team” of customers.", "与客户表“团队”列一致。"),
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_name(self) -> str:
        """Refuse a name that another team has."""
        name: str = self.cleaned_data["name"].strip()
        others = Team.objects.exclude(pk=self.team.pk) if self.team else Team.objects.all()
        if others.filter(name=name).exists():
            raise forms.ValidationError(said_taken(name), code="taken")
        return name


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=spoken("Code", "验证码"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "autofocus": True}
        ),
    )


class OwnPasswordForm(forms.Form):
    """The own password, asked again before something weighty."""

    password = _password(spoken("Your password", "您的密码"), new=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Refuse a wrong password."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(spoken("This is not your password.", "密码不正确。"))
        return password


class PasswordForm(forms.Form):
    """Another password for oneself."""

    old = _password(spoken("Present password", "当前密码"), new=False)
    new = _password(spoken("New password", "新密码"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        """Refuse a wrong password."""
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(spoken("This is not your password.", "当前密码不正确。"))
        return old

    def clean_new(self) -> str:
        """Judge the new password."""
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        return new
