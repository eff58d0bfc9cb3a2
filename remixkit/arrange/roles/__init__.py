"""The players of a band; each module is a role that a style names as its kind."""
