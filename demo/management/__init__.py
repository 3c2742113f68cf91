"""Management of the demo."""
