"""Clubs and circles as pages."""
