"""The other side, in a process of its own so that it owns no descriptor here: `python peer.py FOLDER`.

Listens on TCP, TCP with TLS, UDP and UNIX sockets, and echoes; prints the ports. Each line on its standard input is an order
to connect: `tcp PORT`, `tls PORT`, `unix PATH`; it sends a word, waits for the other side to close, and closes.
"""

import contextlib
import json
import socket
import socketserver
import ssl
import sys
import threading
from pathlib import Path
from typing import Any

PATIENCE = 5.0


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.request.settimeout(PATIENCE)
            self.talk(self.request)

    def talk(self, connection: socket.socket) -> None:
        while data := connection.recv(65536):
            connection.sendall(data)


class TLSEcho(Echo):
    def talk(self, connection: socket.socket) -> None:
        with server_context().wrap_socket(connection, server_side=True) as secured:
            super().talk(secured)


class StartTLSEcho(Echo):
    """Echoes one byte in the clear, then speaks TLS."""

    def talk(self, connection: socket.socket) -> None:
        connection.sendall(connection.recv(1))
        TLSEcho.talk(self, connection)  # type: ignore[arg-type]


class DatagramEcho(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sender = self.request
        with contextlib.suppress(OSError):
            sender.sendto(data, self.client_address)


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    request_queue_size = 100


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 100


folder = Path(sys.argv[1])


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem")
    return context


def client_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(kind: str, where: str) -> None:
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET) as connection,
    ):
        connection.settimeout(PATIENCE)
        connection.connect(where if kind == "unix" else ("127.0.0.1", int(where)))  # type: ignore[arg-type]
        if kind == "tls":
            with client_context().wrap_socket(connection) as secured:
                talk_first(secured)
        else:
            talk_first(connection)


def talk_first(connection: socket.socket) -> None:
    connection.sendall(b"hello")
    while connection.recv(65536):
        pass


def main() -> None:
    servers: dict[str, Any] = {
        "tcp": Server(("127.0.0.1", 0), Echo),
        "tls": Server(("127.0.0.1", 0), TLSEcho),
        "start_tls": Server(("127.0.0.1", 0), StartTLSEcho),
        "udp": socketserver.UDPServer(("127.0.0.1", 0), DatagramEcho),
        "unix": UnixServer(str(folder / "unix"), Echo),
        "unix_tls": UnixServer(str(folder / "unix_tls"), TLSEcho),
    }
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    addresses = {name: server.server_address for name, server in servers.items()}
    places = {name: address if isinstance(address, str) else address[1] for name, address in addresses.items()}
    print(json.dumps(places), flush=True)
    for line in sys.stdin:
        threading.Thread(target=connect, args=line.split(), daemon=True).start()


if __name__ == "__main__":
    main()
