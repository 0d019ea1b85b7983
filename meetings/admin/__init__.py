"""What the admin's pages of any app build on."""

from meetings.admin.door import EditedByCriteriaAdmins, PlainFields

__all__ = ["EditedByCriteriaAdmins", "PlainFields"]
