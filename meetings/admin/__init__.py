"""The admin's pages of this app, and what those of any app build on."""

from meetings.admin import rules  # noqa: F401  registers its pages
from meetings.admin.dated import DatedPage
from meetings.admin.door import EditedByCriteriaAdmins, PlainFields, ToldWhy

__all__ = ["DatedPage", "EditedByCriteriaAdmins", "PlainFields", "ToldWhy"]
