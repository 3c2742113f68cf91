"""Addresses of the bridge: the member's mirror and the Workbench."""

from django.urls import URLPattern, path

from crm_bridge.console import terms
from crm_bridge.console import views as console
from crm_bridge.mirror import leaving
from crm_bridge.mirror import views as mirror

app_name = "crm"
urlpatterns: list[URLPattern] = [
    path("me/knows/", mirror.mirror, name="mirror"),
    path("me/knows/interests/", mirror.interest, name="interest"),
    path("me/knows/permissions/", mirror.permissions, name="permissions"),
    path("me/knows/pause/", mirror.pause, name="pause"),
    path("me/knows/history/", mirror.history, name="history"),
    path("me/knows/looks/", mirror.looks, name="looks"),
    path("me/knows/download/", leaving.download, name="download"),
    path("me/knows/download/ready/", leaving.ready, name="download_ready"),
    path("me/knows/erase/", leaving.erase, name="erase"),
    path("me/knows/erased/", leaving.erased, name="erased"),
    path("workbench/", console.home, name="workbench"),
    path("workbench/people/", console.people, name="people"),
    path("workbench/people/export/", console.export_people, name="export"),
    path("workbench/people/save/", console.save, name="save_segment"),
    path("workbench/people/update/", console.update, name="update_segment"),
    path("workbench/people/<uuid:public_id>/", console.person, name="person"),
    path("workbench/segments/", console.segments, name="segments"),
    path("workbench/segments/<int:pk>/", console.change, name="change_segment"),
    path("workbench/terms/", terms.terms, name="terms"),
    path("workbench/terms/decide/", terms.decide, name="decide_term"),
]
