"""Addresses of the inbox."""

from django.urls import path

from community.inbox import views

app_name = "inbox"
urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.read, name="read"),
    path("notifications/mute/", views.mute, name="mute"),
    path("notifications/kinds/", views.kinds, name="kinds"),
    path("notifications/bell/", views.bell, name="bell"),
    path("notifications/<int:pk>/", views.follow, name="follow"),
]
