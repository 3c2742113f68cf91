"""The traces package."""
