"""Addresses of the bridge: the member's mirror and the Workbench."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from crm_bridge.console import views as console

app_name = "crm"
urlpatterns: list[URLPattern] = [
    path("me/knows/", RedirectView.as_view(url="/"), name="mirror"),
    path("workbench/", console.home, name="workbench"),
    path("workbench/people/", console.people, name="people"),
    path("workbench/people/export/", console.export_people, name="export"),
    path("workbench/people/<uuid:public_id>/", console.person, name="person"),
    path("workbench/segments/", console.segments, name="segments"),
    path("workbench/segments/save/", console.save, name="save_segment"),
    path("workbench/segments/<int:pk>/", console.change, name="change_segment"),
]
