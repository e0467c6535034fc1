"""One file per chat channel."""
