"""Counts the instructions and allocations of the SDK's tasks under valgrind's callgrind, and compares them with those that
instructions.json has. They repeat to the instruction, or nearly, so a small loss shows. `make instructions` runs it.

So that the processor has no part in it, libcrypto and libc are told to use nothing but what every x86-64 has. libcrypto's
instructions are counted apart: of a large body they are nearly all, and would hide ours.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

FILE = pathlib.Path(__file__).resolve().parent / "instructions.json"
TOLERANCE = 0.03
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "OPENSSL_ia32cap": "0:0",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-AVX512F,-AVX512VL,-AVX512BW,-BMI2,-ERMS,-FSRM,"
    "-SSSE3,-SSE4_1,-SSE4_2,-Fast_Unaligned_Copy",
    "SWIFT_DETERMINISTIC_HASHING": "1",
    "LC_ALL": "C",
}


def costs(path):
    """The name that a dump was given, and its instructions by object file."""
    name, current, result = None, None, {}
    skip = False
    for line in path.read_text().splitlines():
        if found := re.fullmatch(r"desc: Trigger: Client Request: (.*)", line):
            name = found.group(1)
        elif line.startswith("ob="):
            current = line[3:]
        elif line.startswith("calls="):
            skip = True  # the next line has what the called function cost, which is counted there
        elif re.match(r"[+*\-\d]", line):
            if not skip:
                result[current] = result.get(current, 0) + int(line.split()[1])
            skip = False
    return name, result


def count(binary):
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--command-line-only=yes", "--tool=callgrind", "--compress-strings=no"]
        command += ["--compress-pos=no", f"--callgrind-out-file={folder}/counts", f"--log-file={folder}/log", binary]
        run = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        if run.returncode:
            sys.exit(f"check-instructions: callgrind ended with status {run.returncode}:\n{run.stderr}{(pathlib.Path(folder) / 'log').read_text()}")
        dumps = dict(costs(path) for path in pathlib.Path(folder).glob("counts.*"))
        counts = {}
        for line in run.stdout.splitlines():
            name, times, allocations = line.split("\t")
            objects = dumps[name]
            libcrypto = sum(cost for path, cost in objects.items() if "libcrypto" in path)
            counts[name] = {
                "instructions": round((sum(objects.values()) - libcrypto) / int(times)),
                "in libcrypto": round(libcrypto / int(times)),
                "allocations": round(int(allocations) / int(times)),
            }
        return counts


def compare(counts, recorded):
    """Prints each figure, and returns those that rose and those that fell too far."""
    rose, fell = [], []
    for name in list(counts) + [name for name in recorded if name not in counts]:
        now, then = counts.get(name, {}), recorded.get(name, {})
        for kind in ["instructions", "in libcrypto", "allocations"]:
            new, old = now.get(kind), then.get(kind)
            if new is None or old is None:
                rose.append(f"{name}, {kind}: {'not counted' if new is None else 'not recorded'}")
                continue
            change = (new - old) / old if old else float(new > 0)
            print(f"{name:30} {kind:13} {new:>12,}  recorded {old:>12,}  {change:+.2%}")
            # Allocations are whole ones: not one more.
            if change > (0 if kind == "allocations" else TOLERANCE):
                rose.append(f"{name}, {kind}: {new:,} instead of {old:,}, {change:+.1%}")
            elif change < -TOLERANCE:
                fell.append(f"{name}, {kind}: {new:,} instead of {old:,}, {change:+.1%}")
    return rose, fell


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", help="the built Instructions")
    parser.add_argument("--update", action="store_true", help="write what is counted into instructions.json")
    arguments = parser.parse_args()

    machine = platform.machine()
    if machine != "x86_64":
        # Another instruction set has other counts, and there is nothing yet to measure them against.
        print(f"NOT CHECKED: instruction counts are recorded for x86-64 only, and this machine is {machine}.")
        return
    counts = count(arguments.binary)
    if arguments.update:
        FILE.write_text(json.dumps(counts, indent=2) + "\n")
        print(f"Recorded {len(counts)} tasks in Benchmarks/{FILE.name}.")
        return
    rose, fell = compare(counts, json.loads(FILE.read_text()))
    if fell:
        print("Fewer than recorded, which would let as many back in: run Scripts/check-instructions --update for")
        print(*fell, sep="\n")
    if rose:
        print(f"check-instructions: more than {TOLERANCE:.0%} above what is recorded:", file=sys.stderr)
        print(*rose, sep="\n", file=sys.stderr)
        sys.exit(1)
    print(f"{len(counts)} tasks take the instructions that are recorded, within {TOLERANCE:.0%}.")


main()
