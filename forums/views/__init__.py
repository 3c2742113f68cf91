"""Boards, topics and posts as pages and feeds."""
