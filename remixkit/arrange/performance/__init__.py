"""How the notes are played: groove, dynamics, expression, and a clean low register."""
