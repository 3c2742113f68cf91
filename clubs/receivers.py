"""What clubs does when others act."""
