"""Addresses of members' spaces."""

from django.urls import path

from community.members import views

app_name = "members"
urlpatterns = [
    path("members/", views.mentioned, name="mentioned"),
    path("members/<str:username>/", views.space, name="space"),
    path("privacy/", views.privacy, name="privacy"),
    path("me/", views.me, name="me"),
    path("me/space/", views.edit, name="edit"),
    path("me/resume/", views.resume, name="resume"),
    path("me/welcome/", views.welcome, name="welcome"),
    path("me/language/", views.language, name="language"),
    path("me/theme/", views.theme, name="theme"),
]
