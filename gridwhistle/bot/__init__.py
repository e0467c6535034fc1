"""The edges: settings, channels, pages, the command line."""
