"""What ideas does when others act."""
