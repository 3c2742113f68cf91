"""Loads the demo community: plans who did what when, then does it in that order through the services."""
