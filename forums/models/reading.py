"""How far members have read."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from forums.models.boards import Board
from forums.models.topics import Topic


class ReadState(models.Model):
    """How far a member has read a topic."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "topic"], name="read_state_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.topic_id}: {self.number}"


class BoardRead(models.Model):
    """Everything in the board up to this time counts as read."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "board"], name="board_read_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.board_id}: {self.until}"
