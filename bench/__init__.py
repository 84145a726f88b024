"""Benchmarks: each measures its baselines in the same run and prints one JSON line last."""
