"""A pianist: two hands, what they can take, and what they play."""
