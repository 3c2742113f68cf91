"""HTTP under WSGI, for production's web processes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings.prod")

application = get_wsgi_application()
