"""A recorded afternoon through the whole pipeline: `kepu demo`."""
