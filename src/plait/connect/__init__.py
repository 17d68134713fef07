"""Setting up connections and servers: plain functions over a loop."""
