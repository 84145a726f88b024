"""Values only: what the system talks about. No I/O, no clock, no registry."""
