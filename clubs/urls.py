"""Addresses of clubs."""

from django.urls import path

from clubs.views import desk, pages

app_name = "clubs"
urlpatterns = [
    path("clubs/", pages.index, name="index"),
    path("clubs/<slug:slug>/", pages.club, name="club"),
    path("clubs/<slug:slug>/members/", pages.members, name="members"),
    path("clubs/<slug:slug>/membership/", pages.membership, name="membership"),
    path("clubs/<slug:slug>/about/", pages.about, name="about"),
    path("workbench/clubs/", desk.clubs, name="desk"),
    path("workbench/clubs/new/", desk.new_club, name="desk_new"),
    path("workbench/clubs/<slug:slug>/", desk.club, name="desk_club"),
    path("workbench/clubs/<slug:slug>/roles/", desk.roles, name="desk_roles"),
]
