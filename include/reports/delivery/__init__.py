"""Mails: built, kept, sent once, and what comes back."""
