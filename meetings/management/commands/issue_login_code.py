"""A one-time login code for one user: the way in for the first accounts of a new installation."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from meetings.codes import make_login_code
from meetings.models import User


class Command(BaseCommand):
    help = "Print a one-time login code for a user, valid 7 days; an older code that waits is void from now on."

    def add_arguments(self, parser):
        parser.add_argument("username", metavar="USERNAME")

    def handle(self, *, username, **options):
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"No user may log in as “{username}”. Appointments come from import_registry.")
        if not user.appointments.on(timezone.localdate()).exists():
            self.stderr.write(f"{username} has no appointment in force today and can't log in until one begins.")
        self.stdout.write(make_login_code(user=user, by=None, at=timezone.now()))
