"""What the bridge does when others act."""
