"""`desk.toml`: how the desk is set up beside the shop's data: database, mail, whose sites may embed the chat. It holds no password.

It lies in the folder "people" of the state, is optional, and every key in it is. Passwords come from the environment of the process.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import CallError

FILE_NAME = "desk.toml"
SMTP_PASSWORD = "SHOPKEEPER_SMTP_PASSWORD"
DATABASE = "SHOPKEEPER_DATABASE"
_KEYS = {"database": str, "sender": str, "origins": list, "requests_a_minute": int, "smtp": dict}
_SMTP_KEYS = {"host": str, "port": int, "user": str, "tls": bool}


@dataclass(frozen=True)
class DeskSettings:
    """What `desk.toml` says.

    `database` is a URL (empty: a SQLite file in the state); `origins` are the sites that may embed the chat, such as
    "https://www.shop.example"; `smtp_host` empty: mail stays in files.
    """

    database: str = ""
    sender: str = "shop@localhost"
    origins: tuple[str, ...] = ()
    requests_a_minute: int = 60
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_tls: bool = True
    smtp_password: str = ""


def read_desk_settings(folder: Path | None, environment: Mapping[str, str]) -> DeskSettings:
    """Return the settings of a desk; without a file, the defaults.

    Parameters
    ----------
    environment : holds SHOPKEEPER_SMTP_PASSWORD and, instead of the file's key, SHOPKEEPER_DATABASE

    Raises
    ------
    CallError
        When the file is no TOML, or a key or its kind is not known.
    """
    told: dict[str, Any] = {}
    path = None if folder is None else folder / FILE_NAME
    if path is not None and path.is_file():
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CallError(f"{path}: not readable as TOML: {error}. Mend or delete the line.") from error
        _check(told, _KEYS, FILE_NAME)
        _check(told.get("smtp", {}), _SMTP_KEYS, f"{FILE_NAME}, [smtp]")
    smtp = told.get("smtp", {})
    return DeskSettings(
        database=environment.get(DATABASE, "") or told.get("database", ""),
        sender=told.get("sender", "shop@localhost"),
        origins=tuple(_origin(one) for one in told.get("origins", [])),
        requests_a_minute=told.get("requests_a_minute", 60),
        smtp_host=smtp.get("host", ""),
        smtp_port=smtp.get("port", 587),
        smtp_user=smtp.get("user", ""),
        smtp_tls=smtp.get("tls", True),
        smtp_password=environment.get(SMTP_PASSWORD, ""),
    )


def _check(told: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    for key, value in told.items():
        if key not in known:
            raise CallError(f"{where}: key {key!r}; expected one of {', '.join(sorted(known))}.")
        if not isinstance(value, known[key]) or (known[key] is int and isinstance(value, bool)):
            raise CallError(f"{where}, {key}: {value!r}; expected {known[key].__name__}.")


def _origin(text: object) -> str:
    parts = urlsplit(str(text))
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise CallError(
            f'{FILE_NAME}, origins: {text!r}; expected scheme and host, such as "https://www.shop.example".'
        )
    return f"{parts.scheme}://{parts.netloc}".lower()
