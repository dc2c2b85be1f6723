"""What is told of statements."""
