"""What others can read: facts as JSON, pictures."""
