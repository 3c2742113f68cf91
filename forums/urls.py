"""Addresses of the forums."""

from django.urls import path

from forums import board_views, desk_views, edit_views, history_views, syndication, views

app_name = "forums"
urlpatterns = [
    path("boards/", board_views.boards, name="boards"),
    path("new/", board_views.choose, name="choose"),
    path("boards/<slug:slug>/", board_views.board, name="board"),
    path("boards/<slug:slug>/new/", views.open_topic, name="open"),
    path("boards/<slug:slug>/read/", board_views.read_board, name="read_board"),
    path("boards/<slug:slug>/feed.rss", syndication.BoardFeed(), name="board_rss"),
    path("boards/<slug:slug>/feed.atom", syndication.BoardAtom(), name="board_atom"),
    path("topics/<int:pk>/reply/", views.reply, name="reply"),
    path("topics/<int:pk>/since/", views.since, name="since"),
    path("topics/<int:pk>/read/", views.read, name="read"),
    path("topics/<int:pk>/moderate/", views.moderate, name="moderate"),
    path("topics/<int:pk>/feed.rss", syndication.TopicFeed(), name="topic_rss"),
    path("topics/<int:pk>/feed.atom", syndication.TopicAtom(), name="topic_atom"),
    path("topics/<int:pk>/", views.topic, name="topic_short"),
    path("topics/<int:pk>/<str:slug>/", views.topic, name="topic"),
    path("posts/upload/", views.upload, name="upload"),
    path("posts/<int:pk>/", views.post, name="post"),
    path("posts/<int:pk>/react/", views.react, name="react"),
    path("posts/<int:pk>/best/", views.best, name="best"),
    path("posts/<int:pk>/edit/", edit_views.edit, name="edit"),
    path("posts/<int:pk>/delete/", edit_views.delete, name="delete"),
    path("posts/<int:pk>/restore/", edit_views.restore, name="restore"),
    path("posts/<int:pk>/history/", history_views.history, name="history"),
    path("posts/<int:pk>/history/<int:revision>/remove/", history_views.remove, name="remove_revision"),
    path("workbench/boards/", desk_views.boards, name="desk"),
    path("workbench/boards/new/", desk_views.new_board, name="desk_new"),
    path("workbench/boards/<slug:slug>/", desk_views.board, name="desk_board"),
]
