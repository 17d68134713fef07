"""TLS over any transport: the engine does no I/O, the protocol sits on a transport, the application sees another one."""
