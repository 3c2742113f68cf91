"""Management of permissions."""
