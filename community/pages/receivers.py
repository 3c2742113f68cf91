"""What pages does when others act."""
