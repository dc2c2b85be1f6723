"""What is told of meetings."""
