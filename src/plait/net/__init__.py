"""Addresses, names and sockets, one operation at a time: no transports, no protocols."""
