"""Logging in by password or one-time code, choosing a password, logging out."""

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from meetings.codes import CAME_BY_CODE
from meetings.forms.login import FirstPasswordForm, LoginCodeForm, LoginForm, NewPasswordForm


class LoginView(views.LoginView):
    """Context beside Django's: `ended`, true for someone whose last appointment has just ended."""

    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        return super().get_context_data(ended="ended" in self.request.GET, **kwargs)


class LoginCodeView(LoginView):
    authentication_form = LoginCodeForm
    template_name = "registration/login_code.html"

    def form_valid(self, form):
        response = super().form_valid(form)
        self.request.session[CAME_BY_CODE] = True
        return response


class PasswordChangeView(views.PasswordChangeView):
    """Context beside Django's: `is_first`, true in the session that a code opened; every other one asks for the old password."""

    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("home")

    @property
    def is_first(self) -> bool:
        return CAME_BY_CODE in self.request.session

    def get_form_class(self):
        return FirstPasswordForm if self.is_first else NewPasswordForm

    def get_context_data(self, **kwargs):
        return super().get_context_data(is_first=self.is_first, **kwargs)

    def form_valid(self, form):
        messages.success(self.request, _("Your new password is set. Use it from now on."))
        response = super().form_valid(form)
        self.request.session.pop(CAME_BY_CODE, None)
        return response


# Whose session has ended may still press the button.
@method_decorator(login_not_required, name="dispatch")
class LogoutView(views.LogoutView):
    next_page = "login"
