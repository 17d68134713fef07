"""What every other layer may use: errors, limits, the log, where things were created."""
