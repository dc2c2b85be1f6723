"""What is filled in on pages of deliberation. One noun a module."""
