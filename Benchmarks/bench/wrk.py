"""A closed loop of load: as many connections as told, each of which sends its next request when it was answered."""

import dataclasses
import re
import shutil
import subprocess
import sys

from .machine import first_match
from .places import BENCHMARKS

THREADS = 2
PATIENCE = 60.0


@dataclasses.dataclass
class Run:
    rate: float
    p50: float
    p99: float
    answered: int
    # Microseconds for each request.
    cpu: float = 0


def require():
    if not shutil.which("wrk"):
        sys.exit("bench: wrk is missing; run Scripts/bootstrap bench")


def milliseconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]


def load(port, requests, connections, seconds, refused=False, repeats=False):
    """Sends each request once at most, unless they come again. All answers have to be 200, or all of them a refusal."""
    threads = min(THREADS, connections)
    result = subprocess.run(
        ["wrk", "--latency", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
        + ["-s", BENCHMARKS / "load.lua", f"http://127.0.0.1:{port}/", "--", requests.path]
        + [str(requests.size), str(requests.count), str(threads), "again" if repeats else "once"],
        capture_output=True,
        text=True,
        timeout=seconds + PATIENCE,
    )
    text = result.stdout
    answered = int(first_match(r"^\s+(\d+) requests in", text, "0"))
    others = int(first_match(r"Non-2xx or 3xx responses: (\d+)", text, "0"))
    if result.returncode or "Socket errors" in text or not answered or others != (answered if refused else 0):
        wanted = "with a refusal" if refused else "with 200"
        sys.exit(f"bench: a receiver did not answer everything {wanted}:\n{text}{result.stderr}")
    return Run(
        rate=float(first_match(r"^Requests/sec:\s+([\d.]+)", text)),
        p50=milliseconds(first_match(r"^\s+50%\s+(\S+)", text)),
        p99=milliseconds(first_match(r"^\s+99%\s+(\S+)", text)),
        answered=answered,
    )
