"""The http suite: frameworks and clients as people use them, on each loop."""
