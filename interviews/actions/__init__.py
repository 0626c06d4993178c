"""What changes more than one row of a conversation: one file for each stretch of its way."""
