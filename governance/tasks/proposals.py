"""Tasks about proposals: each a thin leaf over one service, safe to run twice."""
