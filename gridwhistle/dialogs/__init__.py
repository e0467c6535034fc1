"""How people talk: a message in, letters out, nothing sent."""
