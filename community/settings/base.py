"""Settings shared by development, tests and production."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from community.settings import env, logs
from community.settings.databases import database

BASE_DIR = env.BASE_DIR
HOME = env.home()

DEBUG = False
SECRET_KEY = env.read("PADDOCK_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.read("PADDOCK_OLD_SECRET_KEYS")
ALLOWED_HOSTS: list[str] = env.read("PADDOCK_HOSTS")
PADDOCK_URL: str = env.read("PADDOCK_URL").rstrip("/")
PADDOCK_BRAND: str = env.read("PADDOCK_BRAND")
PADDOCK_BRAND_ZH: str = env.read("PADDOCK_BRAND_ZH")

INSTALLED_APPS = [
    "crm_bridge",
    "forums",
    "ideas",
    "clubs",
    "community.pages",
    "community.traces",
    "community.inbox",
    "community.members",
    "community.consent",
    "community.search",
    "community.kernel",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "crm_bridge.apps.AccountsConfig",  # wagtail.users, whose pages write down who looked
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "compressor",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "community.members.back_office.BackOfficeConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

FIRST_PAGES = True  # migrate makes the home page of a fresh installation; tests make theirs
STARTER_VOCABULARY: bool = env.read("PADDOCK_STARTER_VOCABULARY")
PROXIES: int = env.read("PADDOCK_PROXIES")
METRICS_FROM: list[str] = env.read("PADDOCK_METRICS_FROM")

MIDDLEWARE = [
    "community.kernel.middleware.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "community.kernel.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "community.members.middleware.PersonalMiddleware",
    "community.members.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "community.kernel.middleware.BodyLimitMiddleware",
    "community.kernel.middleware.MalformedAddressMiddleware",
    "community.kernel.middleware.RefusalMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "community.members.middleware.AccountFormMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "community.members.middleware.LapsedMiddleware",
    "community.traces.middleware.ReferrerMiddleware",
]

ROOT_URLCONF = "community.urls"
WSGI_APPLICATION = "community.wsgi.application"
ASGI_APPLICATION = "community.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "community.members.context.site",
            ],
            "builtins": ["community.kernel.templatetags.slots"],
        },
    }
]


DATABASES = {"default": database(env.read("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.read("REDIS_URL")
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # redis-py's default socket timeout equals the layer's blocking pop and kills idle sockets.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None, "socket_connect_timeout": 2}]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
CACHES = {
    # While Redis is away each process has a cache of its own: pages answer, and limits hold in each process.
    "default": {"BACKEND": "community.kernel.caches.RedisOrMemory", "LOCATION": REDIS_URL}
    if REDIS_URL
    # Limits are kept there too: with Django's 300 entries the pages of a busy day would push them out.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}
}

ELASTICSEARCH_URL: str = env.read("ELASTICSEARCH_URL")
SEARCH_PREFIX: str = env.read("PADDOCK_SEARCH_PREFIX")
SEARCH_FOLDER: Path | None = HOME / "search"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "community_members.Member"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "community.members.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "community.members.forms.ComeInForm",
    "signup": "community.members.forms.JoinForm",
    "change_password": "community.members.forms.OtherPasswordForm",
    "set_password": "community.members.forms.FirstPasswordForm",
    "reset_password_from_key": "community.members.forms.ForgottenPasswordForm",
}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
# Not to another address: that is offered only where there is an account, so it would tell whose address has one.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = int(timedelta(minutes=10).total_seconds())
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "community.members.sealing.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "community.members.forms.KeyForm",
    "edit_webauthn": "community.members.forms.KeyNameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PADDOCK_URL.startswith("http://")
USERSESSIONS_TRACK_ACTIVITY = False
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
# Our own words, then what libraries say to members in our tone.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.read("PADDOCK_TIME_ZONE")

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [BASE_DIR / "static", *env.brand_folder()]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "compressor.finders.CompressorFinder",
]
COMPRESS_ROOT = HOME / "compressed"
COMPRESS_ENABLED = True
# No minifier: rcssmin turns ".tbl :is(td)" into ".tbl:is(td)". Joined and gzipped is small enough.
COMPRESS_FILTERS = {"css": ["compressor.filters.css_default.CssAbsoluteFilter"], "js": []}
MEDIA_URL = "/media/"
MEDIA_ROOT = HOME / "media"

EMAIL_URL: str = env.read("EMAIL_URL")
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "mail"
EMAIL_TIMEOUT = 5  # seconds a request waits for each answer of the mail server
DEFAULT_FROM_EMAIL = env.read("PADDOCK_FROM_EMAIL")

SESSION_ENGINE = "community.members.sessions"
SESSION_COOKIE_AGE = int(timedelta(days=60).total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "community.kernel.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# The longest post in the longest way to send it is half of it. Any guest can have a form taken apart: at worst this
# size costs half a second.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
REQUEST_BODY_BYTES = 20 * 1024 * 1024  # with pictures and documents

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# The back offices: nothing from elsewhere, in no frame of another site, as far as Wagtail lets us.
_DJANGO_ADMIN: dict[str, Any] = {
    "default-src": [SELF],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}
BACK_OFFICE_POLICIES: dict[str, dict[str, Any]] = {
    "/django-admin/": _DJANGO_ADMIN,
    "/cms/": {
        **_DJANGO_ADMIN,
        # Wagtail writes scripts and styles into its pages, and shows pictures before they are uploaded.
        "script-src": [SELF, UNSAFE_INLINE],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
    },
}

LOGGING = logs.configuration(level=env.read("PADDOCK_LOG_LEVEL"), as_json=False)

WAGTAIL_SITE_NAME = f"{PADDOCK_BRAND} Paddock"
WAGTAILADMIN_BASE_URL = PADDOCK_URL
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # nobody's address is told to a third party
# Addresses and passwords are changed on the account pages: confirmed by code there, and with limits.
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_USER_TIME_ZONES = sorted(available_timezones() - {"localtime"})  # which browsers do not know
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False  # it would have editors' browsers ask another site
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILDOCS_SERVE_METHOD = "serve_view"  # it asks who may; the address of the file answers nobody
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "txt", "xlsx", "zip"]
