"""The SDK: nanoseconds a call, beside what others take for the same."""

import shutil
import statistics
import subprocess

from .places import PEERS
from .report import median_ratio

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

GROUPS = list(dict.fromkeys(group for group, _ in LABELS))
# What Peers/sdk.mjs does too.
NODE_GROUPS = {group for group, other in LABELS if other == "Node"}

TURNS = 9


def figures(*command):
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    groups = {}
    for line in result.stdout.splitlines():
        group, name, rounds = line.split("\t")
        groups.setdefault(group, {})[name] = [float(value) for value in rounds.split()]
    return groups


def turn(binary):
    """One run of ours and of Node, group by group: processors have slow and fast seconds, and both are to meet the same."""
    groups = {}
    for group in GROUPS:
        groups |= figures(binary, group)
        if group in NODE_GROUPS and shutil.which("node"):
            groups[group] |= figures("node", str(PEERS / "sdk.mjs"), group)[group]
    return groups


def medians(turns):
    """What ours takes, the median of each group."""
    return {group: median_time(turns, group, next(iter(cases))) for group, cases in turns[0].items()}


def median_time(turns, group, name):
    return statistics.median(value for one in turns for value in one[group][name])


def measure(binary, report):
    """Returns the medians of ours."""
    turns = [turn(binary) for _ in range(TURNS)]
    allocations = figures(binary, "allocations")["allocations"]["verify"][0]

    report.add("## The SDK", "", "Nanoseconds a call. A ratio below 1 means that ours takes less time.")
    if not shutil.which("node"):
        report.add("", "Left out, since its runtime is not here: Node.")
    rows = []
    ratios = {}
    for group, cases in turns[0].items():
        names = list(cases)
        ours = names[0]
        for name in names[1:]:
            ratio = statistics.median(median_ratio(one[group][ours], one[group][name]) for one in turns)
            ratios[group, name] = ratio
            rows.append(
                [
                    LABELS.get((group, name), f"{group} against {name}"),
                    f"{median_time(turns, group, ours):,.0f}",
                    f"{median_time(turns, group, name):,.0f}",
                    f"{ratio:.2f}",
                ]
            )
    report.table(["", "ours", "other", "ratio"], rows)
    report.verdict(f"1,000 verifications allocate {allocations:.0f} times", allocations == 0)
    for key, bar in BARS.items():
        report.bar(LABELS[key], ratios.get(key), at_most=bar)
    return medians(turns)
