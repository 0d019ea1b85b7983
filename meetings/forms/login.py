"""Forms of logging in. Login names are typed on phones: a capital first letter or a blank at the end is no mistake."""

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models import User


class LoginNameField(forms.CharField):
    def __init__(self, **kwargs):
        attrs = {"autocapitalize": "none", "autocomplete": "username", "autocorrect": "off", "spellcheck": "false"}
        super().__init__(label=_("Login name"), max_length=60, widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value):
        return super().to_python(value).lower()


def require_appointment(user: User) -> None:
    """Refuse, in words, someone who knows the password but has no appointment in force."""
    if not user.appointments.on(timezone.localdate()).exists():
        raise ValidationError(
            _("Your login name has no appointment in force today. Please ask the office of the committee above you."),
            code="no_appointment",
        )


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("This login name and password do not match. Mind capital letters in the password."),
        "inactive": _("This account is closed."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"] = LoginNameField()
        self.fields["password"].label = _("Password")

    def confirm_login_allowed(self, user):
        super().confirm_login_allowed(user)
        require_appointment(user)


class LoginCodeForm(forms.Form):
    """`get_user()` is the user whose code was used up."""

    username = LoginNameField()
    login_code = forms.CharField(
        label=_("One-time code"),
        max_length=20,
        help_text=_("8 digits, from the office of the committee above you. Blanks do not matter."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}),
    )

    def __init__(self, request=None, *args, **kwargs):
        self.request = request
        self.user = None
        super().__init__(*args, **kwargs)

    def clean(self):
        cleaned = super().clean()
        if "username" not in cleaned or "login_code" not in cleaned:
            return cleaned
        # Who has no appointment is refused with the code still good: the block's end takes its use back.
        with transaction.atomic():
            self.user = authenticate(self.request, username=cleaned["username"], login_code=cleaned["login_code"])
            if self.user is not None:
                require_appointment(self.user)
        if self.user is None:
            raise ValidationError(
                _("This login name and code do not match, or the code was used before or has expired."), code="invalid_login"
            )
        return cleaned

    def get_user(self):
        return self.user


class FirstPasswordForm(SetPasswordForm):
    """A new password for someone who came in with a code and has no old one to tell."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        label_passwords(self)


class NewPasswordForm(PasswordChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        label_passwords(self)
        self.fields["old_password"].label = _("Present password")


# A sentence is a good password, a book is not.
LONGEST_PASSWORD = 200


def label_passwords(form: SetPasswordForm) -> None:
    for name in ("new_password1", "new_password2"):
        form.fields[name].validators.append(MaxLengthValidator(LONGEST_PASSWORD))
    form.fields["new_password1"].label = _("New password")
    form.fields["new_password1"].help_text = password_validation.password_validators_help_text_html()
    form.fields["new_password2"].label = _("New password once more")
    form.fields["new_password2"].help_text = ""
