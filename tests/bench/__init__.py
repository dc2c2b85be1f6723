"""Benchmarks: measured, printed and written down; never a test."""
