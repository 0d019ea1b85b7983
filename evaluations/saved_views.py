"""Lists that a user keeps under names of their own: the page with its filters, as a link that may be passed on."""

from datetime import datetime

from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from evaluations.models import SavedView
from meetings.models import User
from meetings.refusing import Refused

MOST = 50
# The pages that are lists, by the names of their URLs.
LISTS = ("committee_cells", "late", "queue")
LONGEST_PATH = SavedView._meta.get_field("path").max_length


def leads_to_a_list(path: str) -> bool:
    """Whether `path` is the address of a list on this site; never one that leads elsewhere."""
    if len(path) > LONGEST_PATH or not path.startswith("/"):
        return False
    try:
        return resolve(path.partition("?")[0]).url_name in LISTS
    except Resolver404:
        return False


@transaction.atomic
def save_view(*, user: User, name: str, path: str, at: datetime) -> tuple[SavedView, bool]:
    """Keep a list under a name, and whether it is new: one of the user's that has the name leads there from now on.

    Locks the user, so that two saves at a time count each other. Raises `Refused` where the address is no list's, or there are `MOST`.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if not leads_to_a_list(path):
        raise Refused({"": _("This is not the address of a list. Open the list, then save it from there.")})
    others = user.saved_views.exclude(name=name)
    if others.count() >= MOST:
        raise Refused({"": _("%(most)s lists are saved already: delete one first.") % {"most": MOST}})
    return SavedView.objects.update_or_create(user=user, name=name, defaults={"path": path, "saved_at": at})
