"""Transports other than one HTTP answer: files of a folder, pages of a JSON document."""
