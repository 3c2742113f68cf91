"""The keywords package."""
