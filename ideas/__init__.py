"""The ideas package."""
