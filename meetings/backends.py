"""Logging in with a one-time code, beside Django's password backend. Wrong codes count as failed logins."""

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils import timezone

from meetings.codes import use_login_code
from meetings.models import User


class LoginCodeBackend(BaseBackend):
    def authenticate(self, request: HttpRequest | None, username: str | None = None, login_code: str | None = None) -> User | None:
        if username is None or login_code is None:
            return None
        user = User.objects.filter(username=username, is_active=True).first()
        return user if use_login_code(user=user, code=login_code, at=timezone.now()) else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
