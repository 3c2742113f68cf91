"""Addresses of the forums."""

from django.urls import path

from forums.views import boards, desk, edits, feeds, history, posts, topics

app_name = "forums"
urlpatterns = [
    path("boards/", boards.boards, name="boards"),
    path("new/", boards.choose, name="choose"),
    path("boards/<slug:slug>/", boards.board, name="board"),
    path("boards/<slug:slug>/new/", topics.open_topic, name="open"),
    path("boards/<slug:slug>/read/", boards.read_board, name="read_board"),
    path("boards/<slug:slug>/feed.rss", feeds.BoardFeed(), name="board_rss"),
    path("boards/<slug:slug>/feed.atom", feeds.BoardAtom(), name="board_atom"),
    path("topics/<int:pk>/reply/", topics.reply, name="reply"),
    path("topics/<int:pk>/since/", topics.since, name="since"),
    path("topics/<int:pk>/read/", topics.read, name="read"),
    path("topics/<int:pk>/moderate/", topics.moderate, name="moderate"),
    path("topics/<int:pk>/feed.rss", feeds.TopicFeed(), name="topic_rss"),
    path("topics/<int:pk>/feed.atom", feeds.TopicAtom(), name="topic_atom"),
    path("topics/<int:pk>/", topics.topic, name="topic_short"),
    path("topics/<int:pk>/<str:slug>/", topics.topic, name="topic"),
    path("posts/upload/", posts.upload, name="upload"),
    path("posts/<int:pk>/", posts.post, name="post"),
    path("posts/<int:pk>/react/", posts.react, name="react"),
    path("posts/<int:pk>/best/", posts.best, name="best"),
    path("posts/<int:pk>/edit/", edits.edit, name="edit"),
    path("posts/<int:pk>/delete/", edits.delete, name="delete"),
    path("posts/<int:pk>/restore/", edits.restore, name="restore"),
    path("posts/<int:pk>/history/", history.history, name="history"),
    path("posts/<int:pk>/history/<int:revision>/remove/", history.remove, name="remove_revision"),
    path("workbench/waiting/", desk.waiting, name="waiting"),
    path("workbench/boards/", desk.boards, name="desk"),
    path("workbench/boards/new/", desk.new_board, name="desk_new"),
    path("workbench/boards/<slug:slug>/", desk.board, name="desk_board"),
]
