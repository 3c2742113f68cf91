"""What inbox does when others act."""
