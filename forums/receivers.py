"""What forums does when others act."""
