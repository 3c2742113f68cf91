"""Management of members."""
