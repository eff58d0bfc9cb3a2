"""Sound files in and out, and what their tags say."""
