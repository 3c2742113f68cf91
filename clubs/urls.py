"""Addresses of clubs."""

from django.urls import path

from clubs import views

app_name = "clubs"
urlpatterns = [
    path("clubs/", views.index, name="index"),
    path("clubs/<slug:slug>/", views.club, name="club"),
    path("clubs/<slug:slug>/members/", views.members, name="members"),
    path("clubs/<slug:slug>/membership/", views.membership, name="membership"),
]
