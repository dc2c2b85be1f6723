"""What is told of proposals."""
