"""One line per role with its demo login; nothing where the data is not made up."""

from django.core.management.base import BaseCommand

from evaluations.demo import PASSWORD, demo_logins


class Command(BaseCommand):
    help = "Print one demo login per role: role, login name, password. Prints nothing in a database of real data."

    def handle(self, **options):
        for login in demo_logins():
            self.stdout.write(f"{login.role.label}: {login.username} / {PASSWORD}")
