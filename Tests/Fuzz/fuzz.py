#!/usr/bin/env python3
"""Runs the fuzzers, and judges what they say. Scripts/fuzz builds them and calls this.

    fuzz.py PROGRAM FOLDER SECONDS [TARGET…]    run all, or some, for so long each
    fuzz.py PROGRAM --again TARGET FILE…        try inputs again, e.g. one that was found

FOLDER keeps what they learn (`corpus/`), so that the next run goes on from there, what they find (`findings/`), and what
they say (`logs/`). The first inputs are made of the vectors and the samples each time.
"""
import concurrent.futures, glob, hashlib, hmac, json, os, re, shutil, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# The longest input of each target, in bytes.
TARGETS = {"parse": 4096, "stringify": 4096, "signature": 256, "timestamp": 80, "event": 4096, "envelope": 4096,
           "verify": 2048, "diagnosis": 1024}
# How long the planted fault may take to be found. It takes about a second.
CONTROL_SECONDS = 120


def vectors(name):
    path = os.path.join(ROOT, "Tests", "Vectors", name)
    return json.load(open(path, encoding="utf-8"))["vectors"] if os.path.exists(path) else []


def utf8(text):
    # Half a surrogate pair is none of UTF-8; three bytes are a good input all the same.
    return text.encode("utf-8", "surrogatepass")


def body(vector, name="body"):
    data = bytes.fromhex(vector[name + "Hex"]) if name + "Hex" in vector else utf8(vector[name])
    return data * min(vector.get(name + "Repeat", 1), 4)


def texts():
    """JSON, and what is nearly so."""
    for vector in vectors("stringify.json"):
        nested = vector.get("nested", {"count": 0, "open": "", "close": ""})
        if nested["count"] <= 520:
            yield utf8(nested["open"]) * nested["count"] + body(vector, "text") + utf8(nested["close"]) * nested["count"]
    yield from payloads()


def payloads():
    for path in sorted(glob.glob(os.path.join(ROOT, "Samples", "Payloads", "*.json"))):
        yield open(path, "rb").read()
    for vector in vectors("identity.json") + vectors("events.json"):
        if isinstance(vector.get("payload"), str):
            yield utf8(vector["payload"])
    for vector in vectors("verification.json"):
        yield body(vector)
    for vector in vectors("diagnosis.json"):
        yield body(vector)


def timestamps():
    for payload in payloads():
        for match in re.finditer(rb'timestamp" *: *"([^"\\]*)"', payload):
            yield match[1]
    for vector in vectors("timestamps.json"):
        yield from (utf8(value) for value in vector.values() if isinstance(value, str))
    yield from (b"2024-02-29T23:59:59.999999999-23:59", b"1900-02-29t00:00:00z", b"0000-01-01T00:00:00+00:00")


def signatures():
    right = hmac.new(b"fuzz", b'{"event":"dm.sent","data":{}}', hashlib.sha256).hexdigest()
    yield from (utf8(value) for value in (right, right.upper(), f"{right}\n{right}", f"sha256={right}"))
    for vector in vectors("verification.json"):
        yield utf8("\n".join(vector["signatures"]))


def signed():
    for vector in vectors("verification.json"):
        secret = utf8(vector["secret"])[:255]
        data = body(vector)
        yield bytes([len(secret), len(data) // 2 & 255, len(data) & 255]) + secret + data
    for text in texts():
        yield bytes([4, 64, 7]) + b"fuzz" + text


def requests():
    for vector in vectors("diagnosis.json"):
        secret = utf8(vector["secret"])[:255]
        rest = secret + utf8("\n".join(vector["signatures"])) + b"\0" + body(vector)
        for number in range(6):
            yield bytes([number, len(secret)]) + rest


SEEDS = {"parse": texts, "stringify": texts, "signature": signatures, "timestamp": timestamps, "event": payloads,
         "envelope": payloads, "verify": signed, "diagnosis": requests}


def names():
    """What the payloads have between quotation marks: for a fuzzer, words to try."""
    words = set()
    for payload in payloads():
        words.update(re.findall(rb'"([a-z][a-z._-]{1,31})"', payload))
    words = {b'"%s":' % word for word in words} | {b'"%s"' % word for word in words}
    return words | {b"null", b"true", b"false", b'\\ud83d', b'\\ude00', b'\\u0069d', b"1e20", b"-0", b"1e400", b"5e-324",
                    b"4294967294", b"4294967295", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"[[[[", b"]]]]", b'{"":'}


def write_dictionary(path):
    with open(path, "w", encoding="ascii") as file:
        for word in sorted(names()):
            file.write('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n')


def write_seeds(folder, target):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    seeds = {data[:TARGETS[target]] for data in SEEDS[target]()}
    for data in seeds:
        with open(os.path.join(folder, hashlib.sha256(data).hexdigest()[:16]), "wb") as file:
            file.write(data)
    return len(seeds)


def environment():
    return os.environ | {
        # Otherwise Swift takes the crash, and libFuzzer writes no file.
        "SWIFT_BACKTRACE": "enable=no",
        "ASAN_OPTIONS": "abort_on_error=1:handle_abort=1:" + os.environ.get("ASAN_OPTIONS", ""),
    }


def libfuzzer(program, target, log, *arguments):
    with open(log, "wb") as file:
        return subprocess.run([program, target, *arguments], stdout=file, stderr=subprocess.STDOUT,
                              env=environment()).returncode


def find_planted(program, folder):
    """The control: a fault that is found from nothing only with coverage of the SDK. The problem, or None."""
    found = os.path.join(folder, "control-")
    for path in glob.glob(found + "*"):
        os.remove(path)
    log = os.path.join(folder, "logs", "control.log")
    status = libfuzzer(program, "control", log, "-seed=1", f"-max_total_time={CONTROL_SECONDS}", "-max_len=16",
                       f"-artifact_prefix={found}")
    if status == 0 or not glob.glob(found + "crash-*"):
        return f"the planted fault was not found within {CONTROL_SECONDS} s: {log}"
    return None


def run(program, folder, target, seconds, dictionary):
    """Runs one target: a line about it, and the problem or None."""
    corpus, seeds = os.path.join(folder, "corpus", target), os.path.join(folder, "seeds", target)
    os.makedirs(corpus, exist_ok=True)
    seed_count = write_seeds(seeds, target)
    log = os.path.join(folder, "logs", f"{target}.log")
    findings = os.path.join(folder, "findings", f"{target}-")
    # No input may take 10 s, or 1 GiB.
    status = libfuzzer(program, target, log, f"-max_total_time={seconds}", f"-max_len={TARGETS[target]}",
                       "-print_final_stats=1", "-timeout=60", "-rss_limit_mb=1024", "-use_value_profile=1",
                       f"-dict={dictionary}", f"-artifact_prefix={findings}", corpus, seeds)
    said = open(log, encoding="utf-8", errors="replace").read()
    executed = int((re.findall(r"number_of_executed_units: (\d+)", said) or ["0"])[-1])
    # How many of them were read from the folders, before it began to make its own.
    given = int((re.findall(r"^#(\d+)\tINITED", said, re.MULTILINE) or ["0"])[0])
    coverage = [int(number) for number in re.findall(r"\bcov: (\d+)", said)] or [0]
    line = (f"{target:<10} {executed - given:>11,} inputs tried from {seed_count} seeds, {len(os.listdir(corpus)):>5} kept, "
            f"{coverage[-1]:>5} edges covered ({coverage[-1] - coverage[0]} more than at first)")
    if status != 0:
        return line, explanation(target, said, log)
    if given == 0 or executed <= given or coverage[-1] == 0:
        return line, f"{target}: nothing was tried beyond what was given: {log}"
    return line, None


def explanation(target, said, log):
    words = [line for line in said.splitlines()
             if re.search(r"PROPERTY|ERROR:|SUMMARY|Fatal error|Test unit written", line)]
    path = re.findall(r"Test unit written to (\S+)", said)
    again = f"Scripts/fuzz --again {target} {os.path.relpath(path[-1], ROOT)}" if path else f"see {log}"
    return "\n  ".join([f"{target}: a finding", *words, f"try it again: {again}"])


def main():
    program, *arguments = sys.argv[1:]
    if arguments[:1] == ["--again"] and len(arguments) > 2:
        os.execvpe(program, [program, *arguments[1:]], environment())
    if len(arguments) < 2 or not arguments[1].isdigit() or int(arguments[1]) == 0:
        sys.exit(__doc__)
    folder, seconds, chosen = os.path.abspath(arguments[0]), int(arguments[1]), arguments[2:] or list(TARGETS)
    if unknown := [target for target in chosen if target not in TARGETS]:
        sys.exit(f"fuzz: there is no target {unknown[0]}; there are {', '.join(TARGETS)}")
    for name in ("logs", "findings"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    dictionary = os.path.join(folder, "dictionary")
    write_dictionary(dictionary)

    problems = [problem for problem in [find_planted(program, folder)] if problem]
    with concurrent.futures.ThreadPoolExecutor(min(os.cpu_count() or 1, len(chosen))) as pool:
        for line, problem in pool.map(lambda target: run(program, folder, target, seconds, dictionary), chosen):
            print(line, flush=True)
            problems += [problem] if problem else []
    for problem in problems:
        print(f"fuzz: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"No finding in {seconds} s of each target; a planted fault was found.")


main()
