"""Signed requests, written to a file beforehand, so that who sends them has nothing to compute."""

import dataclasses
import hashlib
import hmac
import pathlib

SECRET = "a secret for measuring, nothing else"
BODY_BYTES = 700
TEST_EVENT = "leadshark-webhooks.test"


@dataclasses.dataclass
class Requests:
    """Whole requests in a file, all of one size; each an event of its own."""

    path: pathlib.Path
    size: int
    count: int


def write(path, count, mark, event="dm.sent", signature="right"):
    """Writes requests with bodies of one size. `signature` is right, wrong or none."""
    head = f'{{"event":"{event}","timestamp":"2024-03-21T15:30:00Z","data":{{"lead":{{"name":"John Doe","first_name":"John",'
    head += '"title":"Software Engineer","linkedin_url":"https://linkedin.com/in/johndoe","linkedin_username":"johndoe",'
    head += '"connection_status":"Connected","commenter_id":"'
    middle = '"},"message":"'
    tail = '","automation":{"id":"automation_123","name":"Product Launch Campaign"},"post_id":"post_123"}}'
    padding = "Hello John, thanks for your comment. "
    room = BODY_BYTES - len(head) - len(middle) - len(tail) - len(mark) - 9
    message = (padding * (room // len(padding) + 1))[:room]
    secret = SECRET if signature == "right" else "another secret"
    prepared = hmac.new(secret.encode(), digestmod=hashlib.sha256)
    size = 0
    with path.open("wb") as file:
        for number in range(count):
            body = f"{head}{mark}{number:09d}{middle}{message}{tail}".encode()
            signed = ""
            if signature != "none":
                computed = prepared.copy()
                computed.update(body)
                signed = f"X-Webhook-Signature: {computed.hexdigest()}\r\n"
            request = (
                "POST /webhooks/leadshark HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"X-Webhook-Event: {event}\r\n{signed}Content-Length: {len(body)}\r\n\r\n"
            ).encode() + body
            size = size or len(request)
            assert len(request) == size and len(body) == BODY_BYTES
            file.write(request)
    return Requests(path, size, count)
