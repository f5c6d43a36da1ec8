"""Starts each sample, sends it webhooks as LeadShark would, and checks what it answers and prints."""

import hashlib
import hmac
import http.client
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

SECRET = "a secret for trying the samples"
BODY = (
    b'{"event":"dm.sent","timestamp":"2024-03-21T15:30:00Z","data":{"lead":{"name":"Jane Doe",'
    b'"linkedin_username":"jane-doe"},"message":"Hello Jane"}}'
)
PATIENCE = 20.0


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def request(port, method, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, "/webhooks/leadshark", BODY if method == "POST" else None, headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


def expect(what, actual, wanted):
    if actual != wanted:
        sys.exit(f"try-samples: {what}: {actual!r} instead of {wanted!r}")


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    sys.exit(f"try-samples: {what} did not happen within {PATIENCE:.0f} s")


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def try_sample(folder, name):
    signature = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    port = free_port()
    with tempfile.TemporaryDirectory() as work:
        output = pathlib.Path(work, "output")
        environment = {
            "PATH": os.environ["PATH"],
            "LEADSHARK_WEBHOOK_SECRET": SECRET,
            "PORT": str(port),
        }
        with output.open("wb") as sink:
            sample = subprocess.Popen(
                # A line must be seen when it is printed, not when a buffer is full.
                ["stdbuf", "-oL", folder / name],
                cwd=work,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            )
        try:
            wait_for(f"{name} listening", lambda: accepts(port) or sample.poll() is not None)
            expect(f"{name}, still running", sample.poll(), None)
            expect(f"{name}, unsigned", request(port, "POST"), 401)
            wrong = ("0" if signature[0] != "0" else "1") + signature[1:]
            expect(f"{name}, wrongly signed", request(port, "POST", {"X-Webhook-Signature": wrong}), 401)
            expect(f"{name}, signed", request(port, "POST", {"X-Webhook-Signature": signature}), 200)
            expect(f"{name}, the test button", request(port, "GET"), 200)
            wait_for(f"{name} printing the lead", lambda: b"Jane Doe" in output.read_bytes())
            sample.send_signal(signal.SIGTERM)
            sample.wait(PATIENCE)
            expect(f"{name}, status after SIGTERM", sample.returncode, 0)
        except BaseException:
            sys.stderr.write(output.read_text(errors="replace"))
            raise
        finally:
            if sample.poll() is None:
                sample.kill()
    print(f"{name} accepts what is signed, and refuses what is not.")


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    for name in sys.argv[2:] or ["OwnServer", "HummingbirdServer", "EmbeddedReceiver"]:
        try_sample(folder, name)


if __name__ == "__main__":
    main()
