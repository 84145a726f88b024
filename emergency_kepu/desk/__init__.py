"""What people and other systems see over HTTP: the console, the API, health and metrics."""
