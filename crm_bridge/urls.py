"""Addresses of the bridge: the member's mirror and the Workbench."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

app_name = "crm"
urlpatterns: list[URLPattern] = [
    path("me/knows/", RedirectView.as_view(url="/"), name="mirror"),
    path("workbench/", RedirectView.as_view(url="/"), name="workbench"),
]
