"""What every role works with: its task, its register, patterns placed in bars, degrees, the melody line."""
