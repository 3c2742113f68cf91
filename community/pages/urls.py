"""Addresses of search and of what crawlers ask for; pages themselves are Wagtail's."""

from django.urls import path
from wagtail.contrib.sitemaps.views import sitemap

from community.pages import searching, views

urlpatterns = [
    path("search/", searching.search, name="search"),
    path("home/hide/", views.hide, name="hide"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
]
