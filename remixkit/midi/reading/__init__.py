"""A file's bytes to tracks: chunks, events, parts, drums, text events, the file's clock."""
