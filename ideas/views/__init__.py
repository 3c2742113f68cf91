"""Contests and ideas as pages."""
