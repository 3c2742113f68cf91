"""Commands of the forums."""
