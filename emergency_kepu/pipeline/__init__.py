"""The flow: one table of stages, run by either engine."""
