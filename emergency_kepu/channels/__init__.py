"""One file a channel: build a request, read the reply, map its errors. Everything else is shared."""
