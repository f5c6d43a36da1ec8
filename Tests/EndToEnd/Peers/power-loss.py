"""What a loss of power would have left of a store, made from what power-loss.c has written down, with nothing of ours.

    python3 power-loss.py FOLDER LEDGER POINTS SEED

At POINTS moments, the first somewhere before the first answer 200 and the others each that of such an answer, the files are put together in FOLDER/power-N as the power's end
would leave them: what was synced is there; of what was not, nothing (even N), or any part, cut at sectors of 512 bytes (odd N).
Names are as their directory was last synced, or as they were some steps later. Prints what SQLite finds in each: whether the file
is sound, and how many of the identities are missing that were answered 200 until then. The last N is the end of the log.
"""

import glob
import json
import os
import random
import shutil
import sqlite3
import struct
import sys

HEAD = struct.Struct("<QqIIQ")
SECTOR = 512


class File:
    def __init__(self):
        self.synced = bytearray()
        self.pending = []


def apply(content, operation):
    kind, offset, data = operation
    if kind == "T":
        if offset < len(content):
            del content[offset:]
        content.extend(bytes(offset - len(content)))
    else:
        content.extend(bytes(max(0, offset + len(data) - len(content))))
        content[offset : offset + len(data)] = data


def torn(operation, choice):
    """Some sectors of a write."""
    kind, offset, data = operation
    if kind == "T":
        yield operation
        return
    start = offset
    while start < offset + len(data):
        end = min((start // SECTOR + 1) * SECTOR, offset + len(data))
        if choice.random() < 0.5:
            yield kind, start, data[start - offset : end - offset]
        start = end


class Disk:
    def __init__(self):
        self.names = {}
        self.synced_names = {}
        self.pending_names = []

    def step(self, kind, name, offset, data):
        if kind == "C":
            self.names[name] = File()
            self.pending_names.append((kind, name, self.names[name]))
        elif kind == "U":
            if self.names.pop(name, None) is not None:
                self.pending_names.append((kind, name, None))
        elif kind == "S" and name == "/":
            self.synced_names, self.pending_names = dict(self.names), []
        elif kind == "S":
            file = self.names[name]
            for operation in file.pending:
                apply(file.synced, operation)
            file.pending = []
        else:
            self.names[name].pending.append((kind, offset, data))

    def after_loss(self, choice):
        """The files' contents after a loss of power; without a `choice` nothing that was not synced is there."""
        names = dict(self.synced_names)
        for kind, name, file in self.pending_names[: choice.randint(0, len(self.pending_names))] if choice else []:
            if kind == "C":
                names[name] = file
            else:
                names.pop(name, None)
        contents = {}
        for name, file in names.items():
            content = bytearray(file.synced)
            for operation in file.pending if choice else []:
                fate = choice.random()
                if fate < 0.4:
                    apply(content, operation)
                elif fate < 0.7:
                    for part in torn(operation, choice):
                        apply(content, part)
            contents[name] = content
        return contents

    def as_seen(self):
        """The files' contents as the system shows them while there is power."""
        for name, file in self.names.items():
            content = bytearray(file.synced)
            for operation in file.pending:
                apply(content, operation)
            yield name, content


def records(folder):
    for path in sorted(glob.glob(glob.escape(folder) + "/power-log.*")):
        with open(path, "rb") as file:
            log = file.read()
        at = 0
        while at + HEAD.size <= len(log):
            time, offset, path_length, data_length, kind = HEAD.unpack_from(log, at)
            at += HEAD.size
            if at + path_length + data_length > len(log):
                break  # The process was killed while it wrote this down, and before it did it.
            name = log[at : at + path_length].decode()
            at += path_length
            yield time, chr(kind), name, offset, log[at : at + data_length]
            at += data_length


def found(place):
    """What is in a store: whether SQLite takes it for sound, and its identities."""
    path = os.path.join(place, "store.sqlite")
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return "ok", set()
    database = sqlite3.connect(path)
    try:
        verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
        is_made = database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'identity'").fetchone()[0]
        rows = database.execute("SELECT lower(hex(identity)) FROM identity").fetchall() if is_made else []
        return verdict, {row[0] for row in rows}
    except sqlite3.DatabaseError as error:
        return str(error), set()
    finally:
        database.close()


def main():
    folder, ledger, count, seed = os.path.realpath(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    with open(ledger) as file:
        answers = sorted((line["time"], line["identity"]) for line in map(json.loads, file))
    choice = random.Random(seed)
    disk, log, points = Disk(), list(records(folder)), []
    before = choice.choice([record[0] for record in log if record[0] < answers[0][0]])
    moments = [(before, 0)]
    moments += [(answers[number][0], number + 1) for number in sorted(choice.sample(range(len(answers)), count - 2))]
    moments += [(float("inf"), len(answers))]
    at = 0
    for number, (end, answered) in enumerate(moments):
        while at < len(log) and log[at][0] <= end:
            disk.step(*log[at][1:])
            at += 1
        place = os.path.join(folder, f"power-{number}")
        os.mkdir(place, 0o700)
        for name, content in disk.after_loss(choice if number % 2 else None).items():
            with open(os.path.join(place, name), "wb", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
                file.write(content)
        # SQLite makes files beside it, and brings the log over: a receiver is to find it as it was.
        look = place + "-look"
        shutil.copytree(place, look)
        verdict, identities = found(look)
        shutil.rmtree(look)
        lost = sum(identity not in identities for _, identity in answers[:answered])
        points.append({"answered": answered, "lost": lost, "verdict": verdict})

    def real(name):
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()

    is_complete = all(real(name) == content for name, content in disk.as_seen())
    syncs = [name for _, kind, name, *_ in log if kind == "S"]
    counts = {"syncs": len(syncs), "checkpoints": syncs.count("store.sqlite")}
    json.dump({"points": points, "isComplete": is_complete, **counts}, sys.stdout)


main()
