"""The audience package."""
