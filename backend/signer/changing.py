"""Changing the signing keys: `python -m backend.signer keys list|rotate|retire`, where their files are."""

import argparse
from datetime import datetime
from pathlib import Path

from backend.signer.keyring import Keyring
from backend.signer.ring import Ring


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to a program's command line."""
    parser = commands.add_parser("keys", help="list, rotate or retire the signing keys")
    parser.add_argument("do", choices=["list", "rotate", "retire"])
    parser.add_argument("id", nargs="?", help="which key to retire")
    parser.add_argument("--out", type=Path, required=True, help="file of the first private key")
    parser.add_argument("--public", type=Path, required=True, help="file of the public keys")
    parser.add_argument("--after", type=int, default=0, help="seconds until the new key signs")
    parser.add_argument(
        "--compromised", action="store_true", help="retire at once; unused grants are void"
    )


def change(said: argparse.Namespace, now: datetime) -> str:
    """Do what was asked and return the keys as they are then, a line each.

    Raises:
        PermanentError: It was refused, or a file cannot be read or written.
    """
    keyring = Keyring(said.out)
    if said.do == "rotate":
        return _listed(keyring.rotate(said.public, now=now, after_s=max(0, said.after)), now)
    if said.do == "retire":
        after = keyring.retire(said.id or "", said.public, now=now, at_once=said.compromised)
        return _listed(after, now)
    return _listed(keyring.read(), now)


def _listed(ring: Ring, now: datetime) -> str:
    return "".join(
        f"{key.id}  {ring.state(key, now).value:<9}  from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC"
        f"  by {key.made_by}  {key.public}\n"
        for key in ring.keys
    )
