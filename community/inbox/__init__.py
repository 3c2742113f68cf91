"""The inbox package."""
