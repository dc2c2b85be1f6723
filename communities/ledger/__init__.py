"""The sealed log's pure half: canonical bytes and hashes. No ORM, no clock, no Django."""
