"""Violence done to a whole installation, and the proof that no ballot suffered; never a test of the suite."""
