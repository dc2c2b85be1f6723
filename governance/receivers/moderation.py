"""What is told of moderation."""
