"""One-time login codes: how someone without e-mail gets in the first time, or again after forgetting the password."""

import re
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Case, F, When

from meetings.models import LoginCode, User

DIGITS = 8
VALID_FOR = timedelta(days=7)
# Each address is locked after a few wrong tries; this bounds all addresses together.
MOST_FAILURES = 30
# In the session of someone who came in with a code, until a password is chosen there.
CAME_BY_CODE = "came_by_code"


def grouped(code: str) -> str:
    """12345678 → 1234 5678, easier to read aloud and to type."""
    return f"{code[:4]} {code[4:]}"


def digits_of(typed: str) -> str:
    """The code in what someone typed: blanks, dots and dashes don't matter."""
    return re.sub(r"[\s.\-]", "", typed)


@transaction.atomic
def make_login_code(*, user: User, by: User | None, at: datetime) -> str:
    """Make a code for the user and void the one that waits. Returns it grouped; only its hash is stored."""
    # Two officers who issue at once: the second waits, and voids the first one's code.
    User.objects.select_for_update().get(pk=user.pk)
    LoginCode.objects.filter(user=user, used_at=None, voided_at=None).update(voided_at=at)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    LoginCode.objects.create(user=user, code_hash=make_password(code), issued_by=by, issued_at=at, expires_at=at + VALID_FOR)
    return grouped(code)


def use_login_code(*, user: User | None, code: str, at: datetime) -> bool:
    """Use up the user's waiting code; False where it is none, wrong, expired, voided or used.

    Of two uses at once one wins. The old password no longer opens, and every session opened before ends with it: who needs a
    code may have lost the password to somebody. Takes the time of one hash in every case, so that the time tells no one which
    login names exist.
    """
    waiting = user and LoginCode.objects.filter(user=user, used_at=None, voided_at=None, expires_at__gt=at).first()
    if not waiting:
        make_password(code)
        return False
    if not check_password(digits_of(code), waiting.code_hash):
        LoginCode.objects.filter(pk=waiting.pk).update(
            failures=F("failures") + 1,
            voided_at=Case(When(failures__gte=MOST_FAILURES - 1, then=at), default=F("voided_at")),
        )
        return False
    with transaction.atomic():
        # The user first, as in making a code: else the two lock each other out.
        User.objects.select_for_update().get(pk=user.pk)
        if not _use_up(waiting, at):
            return False
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return True


def _use_up(waiting: LoginCode, at: datetime) -> bool:
    return bool(LoginCode.objects.filter(pk=waiting.pk, used_at=None, voided_at=None).update(used_at=at))
