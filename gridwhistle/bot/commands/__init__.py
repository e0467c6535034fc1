"""One module per group of commands; ``bot.cli`` registers each of them once."""
