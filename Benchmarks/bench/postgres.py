"""A PostgreSQL server of our own: on a port of its own, not as root, gone when we end, however we end."""

import glob
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from .contenders import free_port, wait_until
from .places import POSTGRES_SCRIPT

PASSWORD = "for-measuring"
SCHEMA = "bench"


class Cluster:
    def __init__(self, work):
        self.programs = programs()
        self.port = free_port()
        self.status = work / "postgres-status"
        self.status.touch()
        self.directory = directory(work)
        self.url = f"postgres://leadshark:{PASSWORD}@127.0.0.1:{self.port}/postgres?schema={SCHEMA}"
        # It ends with its standard input.
        self.script = subprocess.Popen(
            ["sh", POSTGRES_SCRIPT, self.programs, self.directory, str(self.port), PASSWORD, self.status],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        wait_until("PostgreSQL's start", self.status.read_text)
        if self.status.read_text() != "ready\n":
            log = pathlib.Path(f"{self.status}.log")
            text = log.read_text(errors="replace") if log.exists() else ""
            self.stop()
            sys.exit(f"bench: PostgreSQL did not start in {self.directory}:\n{text}")

    def processes(self):
        """The server and its children; it counts the time of those that have ended as its own."""
        file = self.directory / "data" / "postmaster.pid"
        server = file.read_text().split()[0]
        children = pathlib.Path(f"/proc/{server}/task/{server}/children").read_text().split()
        return [server, *children]

    def clear(self):
        """Leaves nothing that the server would be busy with in others' turns."""
        result = subprocess.run(
            [f"{self.programs}/psql", "-qX", "-v", "ON_ERROR_STOP=1", self.url.split("?")[0]]
            + ["-c", f"SET client_min_messages = warning; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", "-c", "CHECKPOINT"],
            capture_output=True,
            text=True,
        )
        if result.returncode:
            sys.exit(f"bench: the schema was not dropped:\n{result.stderr}")

    def stop(self):
        self.script.stdin.close()
        self.script.wait()
        # What the script left when it failed.
        shutil.rmtree(self.directory, ignore_errors=True)


def programs():
    """Debian keeps the server's programs off the PATH."""

    def version(path):
        name = pathlib.Path(path).parent.parent.name
        return float(name) if name.replace(".", "", 1).isdigit() else 0

    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=version)
    initdb = found[-1] if found else shutil.which("initdb")
    if not initdb:
        sys.exit("bench: PostgreSQL's server is missing; run Scripts/bootstrap bench")
    return os.path.dirname(os.path.realpath(initdb))


def directory(work):
    """A name for a directory on the disk that is measured. /tmp is better, when it is there: a socket's path is short, and
    the server's user, who is not root, gets to it."""
    parent = "/tmp" if os.stat("/tmp").st_dev == os.stat(work).st_dev else work
    made = tempfile.mkdtemp(prefix="leadshark-bench-", dir=parent)
    # The script makes it.
    os.rmdir(made)
    return pathlib.Path(made)
