"""What happens when nobody is talking."""
