"""The log that carries the flow between stages: one port, two engines."""
