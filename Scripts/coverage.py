#!/usr/bin/env python3
"""Reads what llvm-cov exports as lcov, and judges it: coverage.py SOURCES PERCENT FOLDER… <lines.info

Each folder of the sources gets a line; the first one has to have so many per cent. Of its files below that, the lines that
no test runs are named.
"""
import os, sys

sources, minimum, *folders = sys.argv[1:]
minimum = float(minimum)
# For each file, which of its lines ran.
files, lines = {}, {}
for record in sys.stdin:
    if record.startswith("SF:"):
        lines = files.setdefault(os.path.relpath(record[3:].strip(), sources), {})
    elif record.startswith("DA:"):
        number, count = record[3:].split(",")[:2]
        lines[int(number)] = lines.get(int(number), False) or int(count) > 0


def ranges(missed, all_lines):
    """Lines that follow each other, but for those without code between them."""
    found = []
    previous = None
    for number in sorted(all_lines):
        if number in missed:
            if found and previous in missed:
                found[-1][1] = number
            else:
                found.append([number, number])
        previous = number
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def percent(parts):
    total = sum(len(part) for part in parts)
    # What was not found at all is not covered.
    return (100 * sum(sum(part.values()) for part in parts) / total if total else 0), total


for folder in folders:
    own = {name: part for name, part in files.items() if name.startswith(folder + "/") and part}
    share, total = percent(own.values())
    print(f"{folder}: {share:.1f} % of {total} lines in {len(own)} files")
    if folder != folders[0]:
        continue
    for name, part in sorted(own.items()):
        if percent([part])[0] < minimum:
            missed = {number for number, ran in part.items() if not ran}
            print(f"  {percent([part])[0]:5.1f} %  {name}: {ranges(missed, part)}")
    failed = share < minimum
if failed:
    sys.exit(f"coverage: {folders[0]} is below {minimum:g} %")
