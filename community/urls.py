"""All addresses."""

from django.contrib import admin
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("", include("community.kernel.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.urls")),
    path("", include("community.members.urls")),
    path("", include("community.inbox.urls")),
    path("", include("community.pages.urls")),
    path("", include("forums.urls")),
    path("", include("ideas.urls")),
    path("", include("clubs.urls")),
    path("", include("crm_bridge.urls")),
    path("django-admin/", admin.site.urls),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]

handler400 = "community.kernel.views.bad_request"
handler403 = "community.kernel.views.forbidden"
handler404 = "community.kernel.views.not_found"
handler500 = "community.kernel.views.failed"
