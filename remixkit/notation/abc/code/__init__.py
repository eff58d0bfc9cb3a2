"""ABC as text: what characters, lines, fields and music code say, each by itself."""
