"""What is told of minutes."""
