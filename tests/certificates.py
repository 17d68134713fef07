"""Certificates for tests, made when they are first asked for, and the contexts that use them."""

import os
import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import trustme

HOST = "localhost"
# Names the folder of an authority that a test has saved for the programs it starts.
AUTHORITY_VARIABLE = "PLAIT_TEST_AUTHORITY"


@cache
def authority() -> trustme.CA:
    """The authority that the clients of `client_context` trust."""
    if folder := os.environ.get(AUTHORITY_VARIABLE):
        return trustme.CA.from_pem(Path(folder, "authority").read_bytes(), Path(folder, "authority key").read_bytes())
    return trustme.CA()


def save_authority(folder: Path) -> None:
    """For a program that gets this folder in AUTHORITY_VARIABLE: its certificates are good to clients here."""
    authority().cert_pem.write_to_path(folder / "authority")
    authority().private_key_pem.write_to_path(folder / "authority key")


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
