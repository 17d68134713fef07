"""Transports: between a descriptor and a protocol."""
