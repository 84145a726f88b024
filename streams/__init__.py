"""Faust on Kafka: thin agents made from the one table of stages. Everything they do is in `emergency_kepu`."""
