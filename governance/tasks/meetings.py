"""Tasks about meetings: each a thin leaf over one service, safe to run twice."""
