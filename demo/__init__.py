"""The demo community: made-up people, real conversations."""
