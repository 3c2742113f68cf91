"""The mirror package."""
