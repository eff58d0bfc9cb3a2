"""Who plays what: roles of tracks, and the melody among their notes."""
