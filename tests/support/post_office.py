"""A mail server on loopback: takes letters, or refuses them as it is told. Speaks no more SMTP than that needs."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class PostOffice:
    """`letters` are the mails taken. `refusals` are answers to RCPT, by recipient; `is_mute` hangs up on everybody."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    is_mute: bool = False
    said: list[str] = field(default_factory=list)

    def text_to(self, recipient: str) -> str:
        """What the newest letter to them says, its subject first."""
        letter = next(each for each in reversed(self.letters) if each["To"] == recipient)
        return f"{letter['Subject']}\n{letter.get_content()}".replace("\r\n", "\n")


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    office = PostOffice()

    class Counter(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if office.is_mute:
                return
            self.say("220 post office")
            for line in self.rfile:
                command = line.decode().strip()
                office.said.append(command)
                if self.answers(command) == "221":
                    return

        def answers(self, command: str) -> str:
            verb = command.upper().partition(" ")[0]
            if verb == "DATA":
                self.say("354 go on")
                office.letters.append(self.letter())
            if verb == "RCPT":
                return self.say(office.refusals.get(command.partition("<")[2].rstrip(">"), "250 fine"))
            return self.say({"QUIT": "221 bye"}.get(verb, "250 fine"))

        def letter(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b"."))
            return message_from_bytes(b"".join(lines), policy=policy.default)  # type: ignore[return-value]

        def say(self, words: str) -> str:
            self.wfile.write(f"{words}\r\n".encode())
            return words[:3]

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Counter) as server:
        office.port = server.server_address[1]
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield office
        server.shutdown()
        serving.join()
