"""All addresses."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.documents.views.serve import authenticate_with_password as document_password
from wagtail.views import authenticate_with_password as page_password

from community.members import editors, entrances

# Before the libraries' own, which stand behind: nobody signs in there, and nobody is asked for names we do not keep.
ENTRANCES = [
    path("cms/account/", editors.account),
    path("cms/login/", entrances.editors),
    path("cms/password_reset/", entrances.editors),
    path("cms/password_reset/<path:rest>", entrances.editors),
    path("django-admin/login/", entrances.back_office),
    path("django-admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("_util/login/", entrances.private_pages),
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        entrances.few_tries(page_password),
    ),
    path("documents/authenticate_with_password/<int:restriction_id>/", entrances.few_tries(document_password)),
]

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
    *ENTRANCES,
    path("django-admin/", admin.site.urls),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]

handler400 = "community.kernel.views.bad_request"
handler403 = "community.kernel.views.forbidden"
handler404 = "community.kernel.views.not_found"
handler500 = "community.kernel.views.failed"
