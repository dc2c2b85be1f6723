"""What pages read of deliberation. One noun a module; access decides first what may be read."""
