"""Management of clubs."""
