"""The receivers, ours and the peers: how each is started, and what became of what it acknowledged."""

import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from .places import PEERS
from .requests import SECRET

PATIENCE = 60.0

SQLITE, POSTGRES = "leadshark, SQLite", "leadshark, PostgreSQL"
GO_SYNCED, GO_MEMORY, NODE_MEMORY = "Go, synced", "Go, memory", "Node, memory"


@dataclasses.dataclass
class Contender:
    name: str
    keeps: str
    # Makes the command line for a port and a folder.
    command: callable
    # One of: None for a peer, "file" for ours with a leads file, "log" for ours with nothing to do for an event.
    ours: str = None
    # Makes the environment besides, for the folder.
    environment: callable = lambda folder: {}
    # Further processes whose time counts.
    helpers: callable = lambda: []
    # Cleans up after a run.
    clean: callable = lambda: None


@dataclasses.dataclass
class Running:
    contender: Contender
    process: subprocess.Popen
    folder: pathlib.Path
    port: int

    def cpu_seconds(self):
        return sum(map(cpu_seconds, [self.process.pid, *self.contender.helpers()]))

    def resident_bytes(self):
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def open_deliveries(self):
        """How many are not done: `leadshark deliveries stats` counts them in the store."""
        command = [self.process.args[0], "deliveries", "stats", "--format", "json"]
        environment = {"PATH": os.environ["PATH"], **self.contender.environment(self.folder)}
        result = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"bench: leadshark deliveries stats failed:\n{result.stderr}")
        states = [row["states"] for row in json.loads(result.stdout)]
        return sum(row["ready"] + row["leased"] + row["waiting"] for row in states)

    def is_done(self, acknowledged):
        """Whether the worker has done all of what was acknowledged."""
        if self.contender.ours == "file":
            return count_lines(self.folder / "leads.ndjson") >= acknowledged
        return self.contender.ours is None or self.open_deliveries() == 0

    def wait_until_done(self, acknowledged):
        # Counting in the store costs much more than counting lines.
        pause = 0.25 if self.contender.ours == "log" else 0.02
        wait_until("every lead coming out", lambda: self.process.poll() is not None or self.is_done(acknowledged), pause)
        self.check()

    def check(self):
        if self.process.poll() is not None:
            log = (self.folder / "log").read_text(errors="replace")
            sys.exit(f"bench: {self.contender.name} has ended with status {self.process.returncode}:\n{log}")


@contextlib.contextmanager
def running(contender, work):
    """Runs it in a folder of its own, and stops it."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        folder = pathlib.Path(folder)
        port = free_port()
        environment = {"PATH": os.environ["PATH"], "LEADSHARK_WEBHOOK_SECRET": SECRET}
        with (folder / "log").open("wb") as sink:
            process = subprocess.Popen(
                [str(word) for word in contender.command(port, folder)],
                cwd=folder,
                env={**environment, **contender.environment(folder)},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            )
        try:
            this = Running(contender, process, folder, port)
            wait_until(f"{contender.name} listening", lambda: accepts(port) or process.poll() is not None)
            this.check()
            yield this
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            contender.clean()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(what, condition, pause=0.02):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"bench: {what} did not happen within {PATIENCE:.0f} s")
        time.sleep(pause)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def cpu_seconds(pid):
    """What a process has used, with those of its children that have ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def count_lines(path):
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


# Those that there are


def serve(receiver, port, *more):
    places = ["--listen", f"127.0.0.1:{port}", "--admin-listen", f"127.0.0.1:{free_port()}"]
    return [receiver, "serve", *places, "--log-level", "error", *more]


def on_sqlite(receiver, to_file=True):
    """Ours on SQLite, with a leads file or, for the log alone, with as good as nothing to do for an event."""
    destination = ["--leads-file", "leads.ndjson"] if to_file else []
    return Contender(
        SQLITE,
        "SQLite, synced, then " + ("a leads file" if to_file else "nothing"),
        lambda port, folder: serve(receiver, port, *destination),
        ours="file" if to_file else "log",
        environment=lambda folder: {"LEADSHARK_STORE": f"sqlite:{folder / 'queue.sqlite'}"},
    )


def on_postgres(receiver, cluster):
    return Contender(
        POSTGRES,
        "PostgreSQL here, synced, then a leads file",
        lambda port, folder: serve(receiver, port, "--leads-file", "leads.ndjson"),
        ours="file",
        # The URL has a password, which no command line may have.
        environment=lambda folder: {"LEADSHARK_STORE": cluster.url},
        helpers=cluster.processes,
        clean=cluster.clear,
    )


def go_program(work, name):
    binary = work / name
    try:
        subprocess.run(["go", "build", "-o", binary, PEERS / f"{name}.go"], check=True)
    except FileNotFoundError:
        sys.exit("bench: go is missing; run Scripts/bootstrap bench")
    except subprocess.CalledProcessError:
        sys.exit(f"bench: {name}.go did not build")
    return binary


def peers(work):
    """The peers whose runtimes are here, and the names of the runtimes that are not."""
    found = []
    left_out = []
    if shutil.which("go"):
        binary = go_program(work, "receiver")
        synced = "a file, one sync a request"
        found.append(Contender(GO_SYNCED, synced, lambda port, folder: [binary, port, "fsync", folder / "events"]))
        found.append(Contender(GO_MEMORY, "a channel in memory", lambda port, folder: [binary, port, "memory"]))
    else:
        left_out.append("Go")
    if shutil.which("node"):
        script = PEERS / "receiver.mjs"
        found.append(Contender(NODE_MEMORY, "an array in memory", lambda port, folder: ["node", script, port]))
    else:
        left_out.append("Node")
    return found, left_out
