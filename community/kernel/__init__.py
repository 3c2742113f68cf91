"""The kernel package."""
