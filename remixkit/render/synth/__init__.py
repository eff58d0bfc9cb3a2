"""FluidSynth: its library, a part's events, synthesis in a pool."""
