"""From end to end, with a handler that does as good as nothing: events come at a constant rate, whatever the answers take,
and the worker has to keep up.
"""

import dataclasses
import json
import statistics
import subprocess
import sys
import time

from . import contenders, requests
from .report import note

CONNECTIONS = 64
# A backlog is flat when, in the last third of the time, it never holds more than arrives within this, and when the last
# answer comes no later than this after the planned end.
SLACK = 0.5
# The search goes by steps of the ack rate, and no further than this.
STEP = 0.1
HIGHEST = 1.5


@dataclasses.dataclass
class Outcome:
    share: float
    wanted: float
    seconds: float
    # What the sender has printed.
    sender: dict
    # (seconds since the start, deliveries that are not done)
    samples: list
    idle_bytes: int
    highest_bytes: int

    @property
    def late_samples(self):
        return [count for at, count in self.samples if at >= self.seconds * 2 / 3]

    @property
    def is_flat(self):
        return max(self.late_samples) <= self.wanted * SLACK and self.sender["behind_ms"] <= SLACK * 1000

    def row(self):
        return [
            f"{self.share:.0%}",
            f"{self.wanted:,.0f}",
            f"{self.seconds:g}",
            f"{statistics.median(self.late_samples):,.0f}",
            f"{max(self.late_samples):,.0f}",
            f"{self.sender['p50_ms']:.2f}",
            f"{self.sender['p99_ms']:.2f}",
            f"{self.sender['late']:,}",
            f"{self.sender['behind_ms']:,.0f}",
            "yes" if self.is_flat else "no",
        ]


def measure(receiver, ack_rate, work, report, seconds, step_seconds):
    contender = contenders.on_sqlite(receiver, to_file=False)
    program = contenders.go_program(work, "openloop")
    note("signing the requests")
    needed = int(ack_rate * max(0.5 * seconds, HIGHEST * step_seconds)) + 1
    prepared = requests.write(work / "open-loop", needed, "o")

    def run(share, length):
        note(f"open loop, {share:.0%} of the ack rate, {length:g} s")
        return run_once(contender, program, prepared, work, share, ack_rate, length)

    half = run(0.5, seconds)
    outcomes, best = search(run, half, step_seconds)
    prepared.path.unlink()

    report.add(
        "## End to end",
        "",
        f"Open loop on SQLite: new events come at a constant rate over {CONNECTIONS} connections, whatever the answers take. "
        "Each has its time from the beginning, and its latency counts from there. The handler is `log` at level `error`, which "
        f"has nothing to write; the worker leases and completes each delivery. Rates are shares of {ack_rate:,.0f} acks/s. Open "
        "is what `leadshark deliveries stats` counts as ready, leased or waiting, every few seconds, in the last third of the "
        f"time. The backlog is flat when that is never more than arrives within {SLACK} s, and when the last answer comes within "
        f"{SLACK} s of the end. The highest rate is searched for by steps of {STEP:.0%}, of {step_seconds:g} s each; a rate has "
        "two tries. Late are those that were sent more than 10 ms after their time.",
    )
    header = ["share", "events/s", "s", "open, median", "open, most", "p50 ms", "p99 ms", "late", "behind ms", "flat"]
    report.table(header, [outcome.row() for outcome in outcomes])
    grown = (half.highest_bytes - half.idle_bytes) / (1 << 20)
    idle = half.idle_bytes >> 20
    report.add(f"Memory at half the ack rate: {idle} MiB before the first event, {grown:.0f} MiB more in {seconds:g} s.", "")
    report.verdict(f"The bar: the backlog stays flat for {seconds:g} s at half the ack rate", half.is_flat)
    if best:
        rate = f"{best.wanted:,.0f} events/s, {best.share:.0%} of the ack rate"
        report.add(f"The highest rate at which it stays flat: {rate}.", "")
    else:
        report.add("It stays flat at none of these rates.", "")


def search(run, half, seconds):
    """Goes up from half the ack rate as long as the backlog is flat, or down until it is."""
    outcomes = [half]
    best = half if half.is_flat else None
    share = half.share
    while True:
        share = round(share + (STEP if half.is_flat else -STEP), 2)
        if not 0 < share <= HIGHEST:
            break
        outcome = run(share, seconds)
        if not outcome.is_flat:
            outcomes.append(outcome)
            outcome = run(share, seconds)
        outcomes.append(outcome)
        if outcome.is_flat:
            best = outcome
        if outcome.is_flat != half.is_flat:
            break
    return outcomes, best


def run_once(contender, program, prepared, work, share, ack_rate, seconds):
    rate = share * ack_rate
    with contenders.running(contender, work) as receiver:
        idle = highest = receiver.resident_bytes()
        numbers = [prepared.size, prepared.count, f"{rate:.3f}", seconds, CONNECTIONS]
        sender = subprocess.Popen(
            [program, str(receiver.port), prepared.path, *map(str, numbers)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            start = time.monotonic()
            samples = []
            pause = min(3, max(1, seconds / 10))
            while not ends_within(sender, pause):
                at = time.monotonic() - start
                if at > seconds * 3 + contenders.PATIENCE:
                    sys.exit(f"bench: what came in {seconds:g} s was not answered in {at:.0f} s")
                receiver.check()
                count = receiver.open_deliveries()
                highest = max(highest, receiver.resident_bytes())
                # What was counted after the end says nothing.
                if sender.poll() is None:
                    samples.append((at, count))
            output, errors = sender.communicate()
        finally:
            if sender.poll() is None:
                sender.kill()
                sender.wait()
        receiver.check()
        if sender.returncode:
            sys.exit(f"bench: the open loop at {rate:,.0f} events/s failed:\n{errors}")
        outcome = Outcome(share, rate, seconds, json.loads(output), samples, idle, highest)
        if not outcome.late_samples:
            sys.exit(f"bench: the backlog was not counted once in the last third of {seconds:g} s; take more")
        if outcome.is_flat:
            receiver.wait_until_done(outcome.sender["sent"])
        return outcome


def ends_within(process, seconds):
    try:
        process.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        return False
