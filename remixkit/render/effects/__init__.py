"""Effects: one function each, found by entry point (`remixkit.effects`), as another package's are."""
