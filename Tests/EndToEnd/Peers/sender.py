"""Acts as LeadShark, with nothing of ours: asyncio sockets, hmac and json from Python's standard library.

Sends COUNT events to a receiver over CONCURRENCY connections, each event REPEAT times, and writes the ledger: one JSON
line for each event that was answered 200, with the identity that it must have (computed here, from the published rule)
and the time, on the system's steady clock.
At most --rate events a second are begun, and none when the file --until is there. With --persist an event that got no answer, or 503, is sent again until it is answered 200.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import sys
import time


def field(data: bytes) -> bytes:
    return len(data).to_bytes(8, "big") + data


def identity(webhook: str, kind: str, happening: str, automation: str, event: str, body: bytes) -> str:
    if happening:
        parts = [webhook, event, kind, happening, automation]
        return hashlib.sha256(b"".join(field(part.encode()) for part in parts)).hexdigest()
    digest = hashlib.sha256(body).digest()
    return hashlib.sha256(field(webhook.encode()) + field(digest)).hexdigest()


def event(run: str, number: int):
    """A payload of one of three forms, and what its identity is made of."""
    who = number % arguments.people if arguments.people else number
    person = {"name": f"Łucja Müller {number} 😀", "title": "Head of \"Sales\"", "linkedin_username": f"lucja-{who}"}
    automation = {"id": f"automation-{number % 7}", "name": "Launch"}
    form = number % 3
    if form == 0:
        kind, happening, name = "", "", "dm.sent"
        data = {"lead": person, "message": f"Hello {run} {number}", "automation": automation, "post_id": "post_1"}
    elif form == 1:
        kind, happening, name = "comment", f"comment-{run}-{number}", "new.comment"
        data = {"lead": person, "automation": automation, "comment": {"id": happening}}
    else:
        kind, happening, name = "visit", f"visit-{run}-{number}", "new.profile.visit"
        data = {"lead": person, "automation": None, "visit": {"id": happening}}
    payload = {"event": name, "timestamp": "2026-05-01T12:00:00Z", "payload_version": 2, "data": data}
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    automation_id = automation["id"] if data["automation"] else ""
    return name, body, identity(arguments.webhook, kind, happening, automation_id, name, body)


class Connection:
    def __init__(self):
        self.reader = self.writer = None

    async def post(self, name: str, body: bytes, tag: str) -> int:
        """The status of the answer; 0 when the connection broke before there was one."""
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection(arguments.host, arguments.port)
            head = (
                f"POST /webhooks/{arguments.webhook} HTTP/1.1\r\nHost: {arguments.host}\r\n"
                f"Content-Type: application/json\r\nX-Webhook-Event: {name}\r\nX-Webhook-Signature: {tag}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            self.writer.write(head.encode() + body)
            answer = await self.reader.readuntil(b"\r\n\r\n")
            headers = answer.decode("latin-1").lower().split("\r\n")
            status = int(headers[0].split(" ")[1])
            length = next(int(line.split(":")[1]) for line in headers if line.startswith("content-length:"))
            await self.reader.readexactly(length)
            return status
        except (OSError, asyncio.IncompleteReadError, ValueError, StopIteration):
            self.close()
            return 0

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def send_all():
    secret = open(arguments.secret_file, "rb").read()
    statuses: dict[int, int] = {}
    numbers = iter(range(arguments.count))
    start = time.monotonic()
    with open(arguments.ledger, "w") as ledger:

        async def one_sender():
            connection = Connection()
            for number in numbers:
                if arguments.rate:
                    await asyncio.sleep(max(0, start + number / arguments.rate - time.monotonic()))
                if arguments.until and os.path.exists(arguments.until):
                    break
                name, body, key = event(arguments.run, number)
                tag = hmac.new(secret, body, hashlib.sha256).hexdigest()
                for _ in range(arguments.repeat):
                    while True:
                        status = await connection.post(name, body, tag)
                        statuses[status] = statuses.get(status, 0) + 1
                        if status == 200:
                            ledger.write(json.dumps({"number": number, "identity": key, "time": time.monotonic_ns()}) + "\n")
                            ledger.flush()
                        if status == 200 or not arguments.persist:
                            break
                        await asyncio.sleep(0.05)
            connection.close()

        await asyncio.gather(*(one_sender() for _ in range(arguments.concurrency)))
    json.dump({str(status): count for status, count in statuses.items()}, sys.stdout)


parser = argparse.ArgumentParser()
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--webhook", default="leadshark")
parser.add_argument("--secret-file", required=True)
parser.add_argument("--ledger", required=True)
parser.add_argument("--run", default="a")
parser.add_argument("--count", type=int, required=True)
parser.add_argument("--concurrency", type=int, default=64)
parser.add_argument("--repeat", type=int, default=1)
parser.add_argument("--people", type=int, help="so many people, whose turns come round; else one for each event")
parser.add_argument("--rate", type=float)
parser.add_argument("--until")
parser.add_argument("--persist", action="store_true")
arguments = parser.parse_args()
asyncio.run(send_all())
