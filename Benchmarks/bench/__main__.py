import argparse
import pathlib
import shutil
import sys

from . import __doc__ as description
from . import comparison, contenders, openloop, sdk, spikes, wrk
from .machine import machine
from .places import RESULTS
from .postgres import Cluster
from .report import Report, note

PARTS = ["sdk", "receiver", "open-loop", "spikes"]


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=description)
    parser.add_argument("--measure", required=True, help="the built Measure", type=pathlib.Path)
    parser.add_argument("--receiver", required=True, help="the built leadshark", type=pathlib.Path)
    parser.add_argument("--work", required=True, help="a folder on the disk that is to be measured", type=pathlib.Path)
    parser.add_argument("--only", choices=PARTS, help="a part of it; RESULTS.md is left alone")
    parser.add_argument("--rounds", type=at_least_one, default=5, help="turns of each receiver")
    parser.add_argument("--seconds", type=at_least_one, default=4, help="of a turn")
    parser.add_argument("--open-seconds", type=at_least_one, default=60, help="of the open loop at half the ack rate")
    parser.add_argument("--step-seconds", type=at_least_one, default=10, help="of a step on the way to the highest rate")
    return parser.parse_args()


def at_least_one(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("has to be 1 or more")
    return number


def measure(chosen, given, work, report):
    receiver, program = given.receiver.resolve(), given.measure.resolve()
    few = max(1, given.rounds - 2), max(1, given.seconds // 2)
    medians = ack_rate = None
    if "sdk" in chosen:
        medians = sdk.measure(program, report)
    if "receiver" in chosen:
        cluster = Cluster(work)
        try:
            ack_rate = comparison.measure(receiver, cluster, work, report, given.rounds, given.seconds)
        finally:
            cluster.stop()
    if "open-loop" in chosen:
        ack_rate = ack_rate or comparison.acknowledged_rate(contenders.on_sqlite(receiver), work, *few)
        openloop.measure(receiver, ack_rate, work, report, given.open_seconds, given.step_seconds)
    if "spikes" in chosen:
        medians = medians or sdk.medians([sdk.figures(program)])
        spikes.measure(receiver, medians, work, report, *few)
    if "receiver" in chosen:
        report.add(
            "## With a million events",
            "",
            "`make soak` has them, 100,000 waiting and 100,000 dead, and writes `Benchmarks/SOAK.md`. It fails when a lease then "
            "takes more than 1.3 times as long as with 1,000 events, on SQLite or PostgreSQL, or when the receiver on SQLite takes "
            "64 MiB more memory than with 1,000.",
        )


def main():
    given = arguments()
    chosen = [given.only] if given.only else PARTS
    if chosen != ["sdk"]:
        wrk.require()
    for program in (given.measure, given.receiver):
        if not program.exists():
            sys.exit(f"bench: {program} is missing; make bench builds it")
    work = given.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    report = Report()
    try:
        report.add("# Results", "", "Written by `make bench`. Medians; contenders take turns.")
        report.add("", *(f"- {name}: {value}" for name, value in machine(work)), "")
        measure(chosen, given, work, report)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if report.broken:
        note(f"not kept: {len(report.broken)} of the bars")
    if given.only is None:
        RESULTS.write_text(report.text())
        note("wrote Benchmarks/RESULTS.md")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
