"""Local stand-ins for the outside world, as strict as the real ones. The demo and the tests use them; nothing else."""
