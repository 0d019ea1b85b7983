"""The wiring app: it makes the Celery application current wherever Django starts; and the admin with the site of the product."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CriteriaAdminConfig(AdminConfig):
    default_site = "cellquality.admin.CriteriaAdminSite"


class CellQualityConfig(AppConfig):
    name = "cellquality"

    def ready(self):
        # `shared_task` binds to the current application; importing it here does for the web process and for
        # management commands what `celery -A` does for workers. Both need Django's settings, hence not above.
        from cellquality import celery, checks  # noqa: F401, PLC0415
