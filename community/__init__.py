"""The community package."""
