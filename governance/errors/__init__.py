"""Why something in deliberation was refused. One noun a module."""
