"""The consent package."""
