"""Addresses of contests and ideas."""

from django.urls import path

from ideas import views

app_name = "ideas"
urlpatterns = [
    path("ideas/", views.index, name="index"),
    path("contests/<slug:slug>/", views.contest, name="contest"),
    path("contests/<slug:slug>/new/", views.submit, name="submit"),
    path("contests/<slug:slug>/results/", views.results, name="results"),
    path("contests/<slug:slug>/since/", views.since, name="since"),
    path("ideas/<int:pk>/do/vote/", views.vote, name="vote"),
    path("ideas/<int:pk>/do/edit/", views.edit, name="edit"),
    path("ideas/<int:pk>/do/withdraw/", views.withdraw, name="withdraw"),
    path("ideas/<int:pk>/<str:slug>/", views.idea, name="idea"),
    path("workbench/contests/", views.desk, name="desk"),
    path("workbench/contests/<slug:slug>/", views.desk_contest, name="desk_contest"),
]
