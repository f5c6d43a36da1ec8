"""The receiver beside bare ones: acknowledged events a second, with few and many connections, in turns."""

import os
import statistics

from . import contenders, requests, wrk
from .contenders import GO_MEMORY, GO_SYNCED, NODE_MEMORY, POSTGRES, SQLITE
from .report import counted, median_ratio, note

CONNECTIONS = 64
WARM_UP = 60_000
# As many as any receiver gets through in a second.
FASTEST = 60_000


def measure(receiver, cluster, work, report, rounds, seconds):
    """Returns the median rate of ours on SQLite with many connections."""
    peers, left_out = contenders.peers(work)
    found = [contenders.on_sqlite(receiver), contenders.on_postgres(receiver, cluster), *peers]
    note("signing the requests")
    warm_up = requests.write(work / "warm-up", WARM_UP, "w")
    measured = requests.write(work / "requests", max(20_000, FASTEST * seconds), "r")

    report.add(
        "## The receiver",
        "",
        f"Acknowledged events a second, sent by wrk on the same {os.cpu_count()} cores. Every request is a new event of "
        f"{requests.BODY_BYTES} bytes with a signature of its own. Ours stores each durably before it answers, with its worker "
        "writing the leads file meanwhile; the peers are bare: signature, then what the table says, then 200. The ratio is "
        "ours on SQLite to the other: above 1 means that ours acknowledges more. The time of PostgreSQL's processes is in its "
        "CPU.",
    )
    for left in left_out:
        report.add("", f"Left out, since its runtime is not here: {left}.")
    many = turns(found, work, warm_up, measured, CONNECTIONS, rounds, seconds)
    table(found, many, report, CONNECTIONS, rounds, seconds)
    bars(many, report)
    few_rounds, few_seconds = max(1, rounds - 2), max(1, seconds // 2)
    few = turns(found, work, warm_up, measured, 1, few_rounds, few_seconds)
    table(found, few, report, 1, few_rounds, few_seconds)
    for file in (warm_up, measured):
        file.path.unlink()
    return statistics.median(run.rate for run in many[SQLITE])


def turns(found, work, warm_up, measured, connections, rounds, seconds):
    runs = {contender.name: [] for contender in found}
    for turn in range(rounds):
        note(f"{counted(connections, 'connection')}, turn {turn + 1} of {rounds}")
        for contender in found:
            runs[contender.name].append(run_once(contender, work, warm_up, measured, connections, seconds))
    return runs


def run_once(contender, work, warm_up, measured, connections, seconds):
    with contenders.running(contender, work) as receiver:
        warm = wrk.load(receiver.port, warm_up, connections, 1)
        before = receiver.cpu_seconds()
        run = wrk.load(receiver.port, measured, connections, seconds)
        run.cpu = (receiver.cpu_seconds() - before) / run.answered * 1e6
        # What was acknowledged comes out of the worker, or the figure means nothing.
        receiver.wait_until_done(warm.answered + run.answered)
        return run


def table(found, runs, report, connections, rounds, seconds):
    own = [run.rate for run in runs[SQLITE]]
    rows = []
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
                f"{statistics.median(run.cpu for run in these):,.0f}",
                "" if contender.name == SQLITE else f"{median_ratio(own, rates):.2f}",
            ]
        )
    report.add("", f"{counted(connections, 'connection')}, {counted(rounds, 'turn')} of {seconds} s:")
    header = ["receiver", "keeps it in", "acks/s", "range", "p50 ms", "p99 ms", "CPU µs each", "ratio"]
    report.table(header, rows)


def bars(runs, report):
    """What is asked of the receiver with many connections."""

    def ratio(ours, theirs, figure=lambda run: run.rate):
        if theirs not in runs:
            return None
        return median_ratio(map(figure, runs[ours]), map(figure, runs[theirs]))

    report.bar("acks/s on SQLite, against Go with one sync a request", ratio(SQLITE, GO_SYNCED), at_least=4)
    report.bar("acks/s on SQLite, against Node that queues in memory", ratio(SQLITE, NODE_MEMORY), at_least=1)
    report.aim("acks/s on SQLite, against Go that queues in memory", ratio(SQLITE, GO_MEMORY), at_least=1)
    report.bar(
        "p99 on SQLite, against Go with one sync a request",
        ratio(SQLITE, GO_SYNCED, lambda run: run.p99),
        at_most=0.5,
    )
    report.bar("acks/s on PostgreSQL, against those on SQLite", ratio(POSTGRES, SQLITE), at_least=0.4)


def acknowledged_rate(contender, work, rounds, seconds):
    """The median rate of one alone, for parts that are measured without the others."""
    note(f"the rate of {contender.name}, {counted(rounds, 'turn')}")
    warm_up = requests.write(work / "warm-up", WARM_UP, "w")
    measured = requests.write(work / "requests", max(20_000, FASTEST * seconds), "r")
    runs = [run_once(contender, work, warm_up, measured, CONNECTIONS, seconds) for _ in range(rounds)]
    for file in (warm_up, measured):
        file.path.unlink()
    return statistics.median(run.rate for run in runs)
