"""Measures the SDK and the receiver beside their peers, prints each figure as a ratio, and writes RESULTS.md.

Contenders take turns, and a ratio is taken within a turn; the median of the turns is what counts. `make bench` runs it.
"""

import argparse
import dataclasses
import hashlib
import hmac
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SECRET = "a secret for measuring, nothing else"
BODY_BYTES = 700
# How much time ours may take, as a share of the other's: (group, other) as Measure and sdk.mjs name them.
BARS = {
    ("verify-700", "sha256"): 1.35,
    ("verify-65536", "sha256"): 1.03,
    ("verify-700", "swift-crypto"): 1 / 3,
    ("verify-700", "Node"): 1 / 4,
    ("decode", "JSONDecoder"): 1 / 8,
    ("decode", "Node"): 1.0,
    ("stringify", "Node"): 1.0,
    ("stringify-reformatted", "Node"): 1.0,
}
WRK_THREADS = 2
PATIENCE = 60.0


# What is printed also goes into the report.


class Report:
    def __init__(self):
        self.lines = []

    def add(self, *lines):
        for line in lines:
            print(line, flush=True)
            self.lines.append(line)

    def table(self, header, rows):
        rows = [[str(cell) for cell in row] for row in rows]
        columns = list(zip(header, *rows))
        widths = [max(map(len, column)) for column in columns]
        # Numbers stand on the right, words on the left.
        numeric = [all(re.fullmatch(r"[\d.,–]*", cell) for cell in column[1:]) for column in columns]

        def line(cells):
            padded = [c.rjust(w) if n else c.ljust(w) for c, w, n in zip(cells, widths, numeric)]
            return "| " + " | ".join(padded) + " |"

        rule = ["-" * (w - 1) + ":" if n else "-" * w for w, n in zip(widths, numeric)]
        self.add("", line(header), "| " + " | ".join(rule) + " |", *map(line, rows), "")


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def counted(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def median_ratio(ours, theirs):
    return statistics.median(a / b for a, b in zip(ours, theirs))


# The machine


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
        ("Go", first_match(r"go(\d\S*)", output_of("go", "version"), "not here")),
        ("Node", output_of("node", "--version") or "not here"),
    ]


# The SDK


def figures(*command):
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    groups = {}
    for line in result.stdout.splitlines():
        group, name, rounds = line.split("\t")
        groups.setdefault(group, {})[name] = [float(value) for value in rounds.split()]
    return groups


def measure_sdk(binary, report):
    groups = figures(binary)
    allocations = groups.pop("allocations")["verify"][0]
    if shutil.which("node"):
        for group, cases in figures("node", str(HERE / "Peers" / "sdk.mjs")).items():
            groups[group].update(cases)

    report.add("## The SDK", "", "Nanoseconds a call. A ratio below 1 means that ours takes less time.")
    rows = []
    ratios = {}
    for group, cases in groups.items():
        names = list(cases)
        ours = names[0]
        for name in names[1:]:
            ratio = median_ratio(cases[ours], cases[name])
            ratios[group, name] = ratio
            rows.append(
                [
                    LABELS.get((group, name), f"{group} against {name}"),
                    f"{statistics.median(cases[ours]):,.0f}",
                    f"{statistics.median(cases[name]):,.0f}",
                    f"{ratio:.2f}",
                ]
            )
    report.table(["", "ours", "other", "ratio"], rows)
    kept = allocations == 0
    report.add(f"1,000 verifications allocate {allocations:.0f} times: {'kept' if kept else 'NOT KEPT'}.", "")
    for key, bar in BARS.items():
        if key not in ratios:
            continue
        kept = kept and ratios[key] <= bar
        verdict = "kept" if ratios[key] <= bar else "NOT KEPT"
        report.add(f"The bar: {LABELS[key]}, at most {bar:.3g}. It is {ratios[key]:.3g}: {verdict}.", "")
    return kept


LABELS = {
    (f"verify-{size}", other): f"verify {name}, against {what}"
    for size, name in [(64, "64 B"), (700, "700 B"), (65536, "64 KiB")]
    for other, what in [
        ("sha256", "a bare SHA-256 of the bytes (libcrypto)"),
        ("swift-crypto", "swift-crypto's HMAC and comparison"),
    ]
}
LABELS["verify-700", "Node"] = "verify 700 B, against Node's createHmac and timingSafeEqual"
LABELS["verify-700-rotating", "sha256"] = "verify 700 B with two secrets, against a bare SHA-256"
LABELS["verify-700-rotating", "swift-crypto"] = "verify 700 B with two secrets, against swift-crypto with one"
LABELS["verify-700-threads", "sha256"] = "verify 700 B on two threads, against a bare SHA-256 on two"
LABELS["verify-700-threads", "swift-crypto"] = "verify 700 B on two threads, against swift-crypto on two"
LABELS["decode", "JSONDecoder"] = "decode a dm.sent and read all fields, against JSONDecoder"
LABELS["decode", "Node"] = "decode a dm.sent and read all fields, against Node's JSON.parse"
LABELS["stringify", "Node"] = "stringify a dm.sent, against Node's JSON.stringify(JSON.parse(…))"
LABELS["stringify-reformatted", "Node"] = "stringify one that was re-formatted, against Node's"
LABELS["envelope", "sha256"] = "scan 700 B for the envelope, against the SHA-256 in it"


# The receivers


@dataclasses.dataclass
class Contender:
    name: str
    keeps: str
    # Makes the command line for a port and a folder.
    command: callable
    ours: bool = False


@dataclasses.dataclass
class Run:
    rate: float
    p50: float
    p99: float
    acknowledged: int
    cpu: float


def write_requests(path, count, mark):
    """Whole requests of one size; each an event of its own, signed. Returns their size."""
    head = '{"event":"dm.sent","timestamp":"2024-03-21T15:30:00Z","data":{"lead":{"name":"John Doe","first_name":"John",'
    head += '"title":"Software Engineer","linkedin_url":"https://linkedin.com/in/johndoe","linkedin_username":"johndoe",'
    head += '"connection_status":"Connected","commenter_id":"'
    middle = '"},"message":"'
    tail = '","automation":{"id":"automation_123","name":"Product Launch Campaign"},"post_id":"post_123"}}'
    padding = "Hello John, thanks for your comment. "
    room = BODY_BYTES - len(head) - len(middle) - len(tail) - len(mark) - 9
    message = (padding * (room // len(padding) + 1))[:room]
    prepared = hmac.new(SECRET.encode(), digestmod=hashlib.sha256)
    size = 0
    with path.open("wb") as file:
        for number in range(count):
            body = f"{head}{mark}{number:09d}{middle}{message}{tail}".encode()
            signature = prepared.copy()
            signature.update(body)
            request = (
                "POST /webhooks/leadshark HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"X-Webhook-Event: dm.sent\r\nX-Webhook-Signature: {signature.hexdigest()}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            ).encode() + body
            size = size or len(request)
            assert len(request) == size and len(body) == BODY_BYTES
            file.write(request)
    return size


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"bench: {what} did not happen within {PATIENCE:.0f} s")
        time.sleep(0.02)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def milliseconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]


def load(port, requests, connections, seconds):
    path, size, count = requests
    threads = min(WRK_THREADS, connections)
    result = subprocess.run(
        ["wrk", "--latency", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
        + ["-s", HERE / "load.lua", f"http://127.0.0.1:{port}/", "--", path, str(size), str(count), str(threads)],
        capture_output=True,
        text=True,
        timeout=seconds + PATIENCE,
    )
    text = result.stdout
    if result.returncode or "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"bench: a receiver did not answer everything by 200:\n{text}{result.stderr}")
    return Run(
        rate=float(first_match(r"^Requests/sec:\s+([\d.]+)", text)),
        p50=milliseconds(first_match(r"^\s+50%\s+(\S+)", text)),
        p99=milliseconds(first_match(r"^\s+99%\s+(\S+)", text)),
        acknowledged=int(first_match(r"^\s+(\d+) requests in", text)),
        cpu=0,
    )


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def count_lines(path):
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def run_once(contender, work, warm_up, requests, connections, seconds):
    with tempfile.TemporaryDirectory(dir=work) as folder:
        folder = pathlib.Path(folder)
        port = free_port()
        log = folder / "log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                contender.command(port, folder),
                cwd=folder,
                env={"PATH": os.environ["PATH"], "LEADSHARK_WEBHOOK_SECRET": SECRET},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            )
        try:
            wait_until(f"{contender.name} listening", lambda: accepts(port) or process.poll() is not None)
            if process.poll() is not None:
                sys.exit(f"bench: {contender.name} did not start:\n{log.read_text(errors='replace')}")
            warm = load(port, warm_up, connections, 1)
            before = cpu_seconds(process.pid)
            run = load(port, requests, connections, seconds)
            run.cpu = (cpu_seconds(process.pid) - before) / run.acknowledged * 1e6
            if contender.ours:
                # What was acknowledged comes out of the worker, or the figure means nothing.
                leads = folder / "leads.ndjson"
                wanted = warm.acknowledged + run.acknowledged
                wait_until("every lead coming out", lambda: count_lines(leads) >= wanted)
            return run
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def contenders(receiver, work, report):
    def ours(port, folder):
        return (
            [receiver, "serve", "--listen", f"127.0.0.1:{port}", "--admin-listen", f"127.0.0.1:{free_port()}"]
            + ["--store", f"sqlite:{folder / 'queue.sqlite'}", "--leads-file", folder / "leads.ndjson"]
            + ["--log-level", "error"]
        )

    found = [Contender("leadshark", "SQLite, synced, then a leads file", ours, ours=True)]
    left_out = []
    if shutil.which("go"):
        binary = work / "go-receiver"
        subprocess.run(["go", "build", "-o", binary, HERE / "Peers" / "receiver.go"], check=True)
        found.append(
            Contender("Go, synced", "a file, one sync a request", lambda p, f: [binary, str(p), "fsync", f / "events"])
        )
        found.append(Contender("Go, memory", "a channel in memory", lambda p, _: [binary, str(p), "memory"]))
    else:
        left_out.append("Go")
    if shutil.which("node"):
        script = HERE / "Peers" / "receiver.mjs"
        found.append(Contender("Node, memory", "an array in memory", lambda p, _: ["node", script, str(p)]))
    else:
        left_out.append("Node")
    return found, left_out


def measure_receivers(receiver, work, report, rounds, seconds):
    if not shutil.which("wrk"):
        sys.exit("bench: wrk is missing; run Scripts/bootstrap bench")
    found, left_out = contenders(receiver, work, report)
    note("signing the requests")
    warm_up = (work / "warm-up", write_requests(work / "warm-up", 60_000, "w"), 60_000)
    count = max(20_000, 60_000 * seconds)
    requests = (work / "requests", write_requests(work / "requests", count, "r"), count)

    report.add(
        "## The receiver",
        "",
        f"Acknowledged events a second, sent by wrk on the same {os.cpu_count()} cores. Every request is a new event of "
        f"{BODY_BYTES} bytes with a signature of its own. Ours stores each durably before it answers, with its worker "
        "writing the leads file meanwhile; the peers are bare: signature, then what the table says, then 200. The ratio is "
        "ours to the peer's: above 1 means that ours acknowledges more.",
    )
    for left in left_out:
        report.add("", f"Left out, since its runtime is not here: {left}.")
    for connections, turns, length in [(64, rounds, seconds), (1, max(1, rounds - 2), max(1, seconds // 2))]:
        runs = {contender.name: [] for contender in found}
        for turn in range(turns):
            note(f"{counted(connections, 'connection')}, turn {turn + 1} of {turns}")
            for contender in found:
                runs[contender.name].append(run_once(contender, work, warm_up, requests, connections, length))
        rows = []
        own = [run.rate for run in runs[found[0].name]]
        for contender in found:
            these = runs[contender.name]
            rates = [run.rate for run in these]
            rows.append(
                [
                    contender.name,
                    contender.keeps,
                    f"{statistics.median(rates):,.0f}",
                    f"{min(rates):,.0f}–{max(rates):,.0f}",
                    f"{statistics.median(run.p50 for run in these):.2f}",
                    f"{statistics.median(run.p99 for run in these):.2f}",
                    f"{statistics.median(run.cpu for run in these):.0f}",
                    "" if contender.ours else f"{median_ratio(own, rates):.2f}",
                ]
            )
        report.add("", f"{counted(connections, 'connection')}, {counted(turns, 'turn')} of {length} s:")
        header = ["receiver", "keeps it in", "acks/s", "range", "p50 ms", "p99 ms", "CPU µs each", "ratio"]
        report.table(header, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", required=True, help="the built Measure")
    parser.add_argument("--receiver", required=True, help="the built leadshark")
    parser.add_argument("--work", required=True, help="a folder on the disk that is to be measured")
    parser.add_argument("--only", choices=["sdk", "receiver"], help="half of it; RESULTS.md is left alone")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each receiver")
    parser.add_argument("--seconds", type=int, default=4, help="length of a turn")
    arguments = parser.parse_args()

    work = pathlib.Path(arguments.work).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    report = Report()
    kept = True
    try:
        report.add("# Results", "", "Written by `make bench`. Medians; contenders take turns.")
        report.add("", *(f"- {name}: {value}" for name, value in machine(work)), "")
        if arguments.only != "receiver":
            kept = measure_sdk(pathlib.Path(arguments.measure).resolve(), report)
        if arguments.only != "sdk":
            receiver = pathlib.Path(arguments.receiver).resolve()
            measure_receivers(receiver, work, report, arguments.rounds, arguments.seconds)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if arguments.only is None:
        text = "\n".join(report.lines).strip() + "\n"
        (HERE / "RESULTS.md").write_text(re.sub(r"\n{3,}", "\n\n", text))
        note("wrote Benchmarks/RESULTS.md")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
