"""Messages on their way to a customer: each is a file first, and leaves by SMTP where that is set. It knows no code and no order."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from assistant.errors import CallError
from shop.files import write_atomic


@dataclass(frozen=True)
class Mail:
    """A message of plain text to one address."""

    to: str
    subject: str
    body: str


class Outbox(Protocol):
    """Where messages are handed over."""

    def send(self, mail: Mail) -> None:
        """Take a message; it is kept even where it cannot leave at once."""
        ...

    def waiting(self) -> list[Path]:
        """Return the files of the messages that have not left, the oldest first."""
        ...


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """Return the message as it travels.

    Raises
    ------
    CallError
        When the address or the subject holds a line break or no address at all.
    """
    name, _, host = mail.to.partition("@")
    if not name or not host or any(char in mail.to + mail.subject for char in "\r\n,<>"):
        raise CallError("a message needs one address of the form name@host, and a subject of one line.")
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, mail.to, mail.subject
    made["Date"] = format_datetime(datetime.now(UTC))
    made["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2].strip('<> ') or 'localhost'}>"
    is_short = all(len(line.encode()) < 900 for line in mail.body.splitlines())
    made.set_content(mail.body, cte="8bit" if is_short else "quoted-printable")  # readable in the file too
    return made


class FileOutbox:
    """Messages as .eml files in a folder, to be opened by hand or fetched by the shop's own mail program."""

    def __init__(self, folder: Path, sender: str = "shop@localhost") -> None:
        self.folder = folder
        self.sender = sender

    def send(self, mail: Mail) -> None:
        """Write the message as a file of its own."""
        self.keep(message_of(mail, self.sender))

    def keep(self, message: EmailMessage) -> Path:
        """Write a message and return where it lies."""
        path = self.folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
        write_atomic(path, message.as_bytes())
        path.chmod(0o600)  # it may hold a code
        return path

    def waiting(self) -> list[Path]:
        """Return the files, the oldest first."""
        return sorted(self.folder.glob("*.eml"))


@dataclass(frozen=True)
class SmtpServer:
    """How mail leaves the shop; `password` comes from the environment, never from a file."""

    host: str
    port: int = 587
    user: str = ""
    password: str = ""
    uses_tls: bool = True
    timeout_s: float = 20.0


class SmtpOutbox:
    """Files that are sent at once, the older ones with them; one that cannot be sent stays and is tried with the next."""

    def __init__(self, kept: FileOutbox, server: SmtpServer) -> None:
        self._kept = kept
        self._server = server
        self.failed = ""  # why the last attempt failed; empty after one that did not

    def send(self, mail: Mail) -> None:
        """Keep the message, then send all that wait."""
        self._kept.send(mail)
        self.send_waiting()

    def waiting(self) -> list[Path]:
        """Return the messages that could not be sent yet, the oldest first."""
        return self._kept.waiting()

    def send_waiting(self) -> int:
        """Send what waits and return how many left; the reason of a failure is in `failed`."""
        import smtplib

        count = 0
        try:
            with smtplib.SMTP(self._server.host, self._server.port, timeout=self._server.timeout_s) as line:
                if self._server.uses_tls:
                    line.starttls()
                if self._server.user:
                    line.login(self._server.user, self._server.password)
                for path in self.waiting():
                    self._send_file(line, path)
                    count += 1
        except (OSError, smtplib.SMTPException) as error:
            self.failed = f"{self._server.host}:{self._server.port}: {error}"
            return count
        self.failed = ""
        return count

    def _send_file(self, line: object, path: Path) -> None:
        import email
        import email.policy

        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        line.send_message(message)  # type: ignore[attr-defined]
        path.unlink()
