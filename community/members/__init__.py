"""The members package."""
