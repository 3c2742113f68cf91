"""Addresses of clubs."""

from django.urls import path

from clubs import desk_views, views

app_name = "clubs"
urlpatterns = [
    path("clubs/", views.index, name="index"),
    path("clubs/<slug:slug>/", views.club, name="club"),
    path("clubs/<slug:slug>/members/", views.members, name="members"),
    path("clubs/<slug:slug>/membership/", views.membership, name="membership"),
    path("clubs/<slug:slug>/about/", views.about, name="about"),
    path("workbench/clubs/", desk_views.clubs, name="desk"),
    path("workbench/clubs/new/", desk_views.new_club, name="desk_new"),
    path("workbench/clubs/<slug:slug>/", desk_views.club, name="desk_club"),
    path("workbench/clubs/<slug:slug>/roles/", desk_views.roles, name="desk_roles"),
]
