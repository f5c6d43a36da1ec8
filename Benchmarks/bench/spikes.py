"""What each part of a request costs: requests that get further and further, and the processor time of each kind."""

import dataclasses
import statistics

from . import contenders, requests, wrk
from .report import counted, note

CONNECTIONS = 64
WARM_UP = 60_000
FASTEST = 60_000
# As many different requests as it takes when they may come again.
FEW = 1_000


@dataclasses.dataclass
class Kind:
    name: str
    # What it costs beyond the kind before.
    part: str
    contender: contenders.Contender
    measured: requests.Requests
    warm_up: requests.Requests
    refused: bool = False
    # Whether requests come again.
    repeats: bool = False


@dataclasses.dataclass
class Cost:
    rate: float
    # Microseconds of the receiver for each request, until nothing is left to do.
    cpu: float
    # How many cores it has kept busy while the load went on.
    cores: float


def kinds(receiver, work, seconds):
    log, file = contenders.on_sqlite(receiver, to_file=False), contenders.on_sqlite(receiver)
    count = max(20_000, FASTEST * seconds)
    unsigned = requests.write(work / "unsigned", FEW, "u", signature="none")
    wrong = requests.write(work / "wrong", FEW, "x", signature="wrong")
    known = requests.write(work / "known", FEW, "k")
    tests = requests.write(work / "tests", count, "t", event=requests.TEST_EVENT)
    more_tests = requests.write(work / "more-tests", WARM_UP, "v", event=requests.TEST_EVENT)
    new = requests.write(work / "new", count, "n")
    more_new = requests.write(work / "more-new", WARM_UP, "m")
    return [
        Kind("no signature: 401", "HTTP", log, unsigned, unsigned, refused=True, repeats=True),
        Kind("a wrong signature: 401", "verify", log, wrong, wrong, refused=True, repeats=True),
        Kind("a known event: 200, `duplicate`", "scan, queue, a commit of its count", log, known, known, repeats=True),
        Kind("a new test event: 200, no delivery", "the event's rows in the commit", log, tests, more_tests),
        Kind("a new event, for `log` alone: 200", "its delivery, the worker", log, new, more_new),
        Kind("a new event, for a leads file: 200", "a leads file in place of the log", file, new, more_new),
    ]


def measure(receiver, sdk, work, report, rounds, seconds):
    """`sdk` has the medians of the SDK's groups, in nanoseconds."""
    note("signing the requests")
    all_kinds = kinds(receiver, work, seconds)
    costs = {kind.name: [] for kind in all_kinds}
    for turn in range(rounds):
        note(f"what each part costs, turn {turn + 1} of {rounds}")
        for kind in all_kinds:
            costs[kind.name].append(run_once(kind, work, seconds))

    rows = []
    parts = {}
    before = [0] * rounds
    for kind in all_kinds:
        these = costs[kind.name]
        cpu = [cost.cpu for cost in these]
        parts[kind.part] = statistics.median(now - then for now, then in zip(cpu, before))
        before = cpu
        rows.append(
            [
                kind.name,
                f"{statistics.median(cost.rate for cost in these):,.0f}",
                f"{statistics.median(cost.cores for cost in these):.2f}",
                f"{statistics.median(cpu):,.1f}",
                f"{parts[kind.part]:,.1f}",
                kind.part,
            ]
        )
    report.add(
        "## What each part costs",
        "",
        f"The receiver on SQLite under wrk with {CONNECTIONS} connections, {counted(rounds, 'turn')} of {seconds} s: requests "
        "that get further and further, and the processor time that each kind takes in the receiver and its worker until nothing "
        "is left to do. What a line costs more than the one above it is the cost of the part that it adds. Cores are those that "
        "the receiver kept busy; where they and wrk's leave some idle, the disk is waited for.",
    )
    report.table(["request", "answers/s", "cores", "CPU µs each", "more", "what that is"], rows)
    verify, scan = sdk["verify-700"] / 1000, sdk["envelope"] / 1000
    report.add(f"In the SDK alone a verification takes {verify:.1f} µs, and the scan for the envelope {scan:.1f} µs.", "")
    dearest = max(parts, key=parts.get)
    report.add(f"The dearest part: {dearest}, {parts[dearest]:,.0f} µs.", "")


def run_once(kind, work, seconds):
    with contenders.running(kind.contender, work) as receiver:
        warm = wrk.load(receiver.port, kind.warm_up, CONNECTIONS, 1, kind.refused, kind.repeats)
        # Of the requests that come again each is an event once, or none.
        receiver.wait_until_done(warm.answered)
        before = receiver.cpu_seconds()
        run = wrk.load(receiver.port, kind.measured, CONNECTIONS, seconds, kind.refused, kind.repeats)
        cores = (receiver.cpu_seconds() - before) / seconds
        receiver.wait_until_done(warm.answered + run.answered)
        return Cost(run.rate, (receiver.cpu_seconds() - before) / run.answered * 1e6, cores)
