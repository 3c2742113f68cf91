"""The clubs package."""
