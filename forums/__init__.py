"""The forums package."""
