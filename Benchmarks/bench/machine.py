"""What the figures were taken on."""

import os
import pathlib
import platform
import re
import statistics
import subprocess
import tempfile
import time


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def first_match(pattern, text, default="unknown"):
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1).strip() if found else default


def sync_time(folder):
    """The median time of an append of 4 KiB with fdatasync, in microseconds."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(200):
            file.write(b"x" * 4096)
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def machine(work):
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    memory = pathlib.Path("/proc/meminfo").read_text()
    model = first_match(r"^model name\s*: (.*)$", cpu)
    gibibytes = int(first_match(r"^MemTotal:\s+(\d+)", memory, "0")) / (1 << 20)
    hypervisor = ", virtual" if " hypervisor" in cpu else ""
    return [
        ("processor", f"{model}, {os.cpu_count()} cores{hypervisor}"),
        ("SHA instructions", "yes" if " sha_ni" in cpu or " sha2" in cpu else "no"),
        ("memory", f"{gibibytes:.0f} GiB"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("system", first_match(r'^PRETTY_NAME="(.*)"$', pathlib.Path("/etc/os-release").read_text())),
        ("disk", f"{output_of('stat', '-f', '-c', '%T', str(work))}, 4 KiB synced in {sync_time(work):.0f} µs"),
        ("Swift", first_match(r"Swift version (\S+)", output_of("swift", "--version"))),
        ("OpenSSL", output_of("pkg-config", "--modversion", "libcrypto") or "unknown"),
        ("SQLite", output_of("pkg-config", "--modversion", "sqlite3") or "unknown"),
        ("PostgreSQL", first_match(r"PostgreSQL (\S+)", output_of("pg_config", "--version"), "not here")),
        ("Go", first_match(r"go(\d\S*)", output_of("go", "version"), "not here")),
        ("Node", output_of("node", "--version") or "not here"),
    ]
