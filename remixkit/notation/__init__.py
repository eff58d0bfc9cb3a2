"""Written music: staves, measures, clefs, signs, engraving; scores in and out, by way of music21."""
