"""HTTP under WSGI, for production's web processes."""

import os

from django.core.wsgi import get_wsgi_application

from community.settings.env import keep_private

keep_private()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings.prod")

application = get_wsgi_application()
