"""Template tags of the Workbench."""
