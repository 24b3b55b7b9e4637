"""From the bytes of a payload to typed, checked rows in staging and their merge: everyday.py and bulk/."""
