"""Places: China to the county by adcode, the rest of the world by coordinates and country name."""
