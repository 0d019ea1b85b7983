"""The WSGI entry point: `gunicorn cellquality.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from cellquality.requests import Utf8Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cellquality.settings")

application = get_wsgi_application()
application.request_class = Utf8Request

# What is loaded by now stays: there is no garbage in it to look for while somebody waits, and the workers go on sharing its memory.
gc.collect()
gc.freeze()
