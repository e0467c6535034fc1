"""What the city does: tickets, whistles, audits, follow-ups, and the store beneath them."""
