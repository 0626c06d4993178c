"""What bin/up, bin/test and bin/check share. Plain standard library: it also runs before the environment exists."""
