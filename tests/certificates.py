"""Certificates for tests, made when they are first asked for, and the contexts that use them."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache

import trustme

HOST = "localhost"


@cache
def authority() -> trustme.CA:
    """The authority that the clients of `client_context` trust."""
    return trustme.CA()


@cache
def foreign_authority() -> trustme.CA:
    """An authority that nobody trusts."""
    return trustme.CA()


@cache
def certificate(kind: str) -> trustme.LeafCert:
    """Of a server: "good", "expired", "wrong name" or "untrusted"; or of a "client"."""
    if kind == "expired":
        return authority().issue_cert(HOST, not_after=datetime.now(UTC) - timedelta(days=1))
    if kind == "untrusted":
        return foreign_authority().issue_cert(HOST)
    if kind == "client":
        return authority().issue_cert("someone@example.org", common_name="someone")
    return authority().issue_cert("elsewhere.example.org" if kind == "wrong name" else HOST, "127.0.0.1")


def server_context(kind: str = "good", *, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """For a server with a certificate of this kind; `version`: the only one of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate(kind).configure_cert(context)
    return restricted(context, version)


def client_context(*, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """For a client that checks the server's certificate and its name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority().configure_trust(context)
    return restricted(context, version)


def restricted(context: ssl.SSLContext, version: ssl.TLSVersion | None) -> ssl.SSLContext:
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context
