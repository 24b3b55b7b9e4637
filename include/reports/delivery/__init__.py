"""Delivery of mails: messages, stored artifacts, outbox, SMTP, previews, bounces."""
