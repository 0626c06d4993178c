"""Forms, one file for each stretch of a conversation's way."""
