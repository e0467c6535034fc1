"""Telegram, whichever library talks with it: everything that is not the library's."""
