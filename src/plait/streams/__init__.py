"""Bytes to wait for and to send: the byte buffer, reader, writer and their protocol, the functions that open them."""
