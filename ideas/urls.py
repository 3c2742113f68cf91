"""Addresses of contests and ideas."""

from django.urls import path

from ideas.views import desk, pages

app_name = "ideas"
urlpatterns = [
    path("ideas/", pages.index, name="index"),
    path("contests/<slug:slug>/", pages.contest, name="contest"),
    path("contests/<slug:slug>/new/", pages.submit, name="submit"),
    path("contests/<slug:slug>/results/", pages.results, name="results"),
    path("contests/<slug:slug>/since/", pages.since, name="since"),
    path("ideas/<int:pk>/do/vote/", pages.vote, name="vote"),
    path("ideas/<int:pk>/do/edit/", pages.edit, name="edit"),
    path("ideas/<int:pk>/do/withdraw/", pages.withdraw, name="withdraw"),
    path("ideas/<int:pk>/", pages.idea, name="idea_short"),
    path("ideas/<int:pk>/<str:slug>/", pages.idea, name="idea"),
    path("workbench/contests/", desk.contests, name="desk"),
    path("workbench/contests/<slug:slug>/", desk.contest, name="desk_contest"),
    path("workbench/contests/<slug:slug>/phases/", desk.phases, name="desk_phases"),
    path("workbench/contests/<slug:slug>/screening/", desk.screening, name="desk_screening"),
    path("workbench/contests/<slug:slug>/titles/", desk.titles, name="desk_titles"),
    path("workbench/contests/<slug:slug>/export/", desk.export, name="desk_export"),
]
