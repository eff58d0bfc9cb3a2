"""A file's bytes to tracks: chunks, events, parts, drums, words, the file's clock."""
