"""The wiring app: it makes the Celery application current wherever Django starts."""

from django.apps import AppConfig


class CellQualityConfig(AppConfig):
    name = "cellquality"

    def ready(self):
        # `shared_task` binds to the current application; importing it here does for the web process and for
        # management commands what `celery -A` does for workers. Both need Django's settings, hence not above.
        from cellquality import celery, checks  # noqa: F401, PLC0415
