#!/usr/bin/env python3
"""Writes verification.json. Every signature in it is made by the openssl command, none by our own code, and Python agrees.

Run it in this folder: python3 verification.py > verification.json
"""
import base64, hashlib, hmac, json, subprocess

BODY = open("../../Samples/Payloads/dm.sent.classic.json", "rb").read()
SECRET = "whsec_test_9f8e7d6c5b4a39281706f5e4d3c2b1a0"
OTHER = "whsec_other_00112233445566778899aabbccddeeff"


def tag(body, secret=SECRET, digest="sha256"):
    key = secret if isinstance(secret, bytes) else secret.encode()
    command = ["openssl", "dgst", f"-{digest}", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}"]
    result = subprocess.run(command, input=body, capture_output=True, check=True).stdout.split()[-1].decode()
    if digest == "sha256":
        assert result == hmac.new(key, body, hashlib.sha256).hexdigest(), "openssl and Python differ"
    return result


vectors = []


def vector(description, signatures, body=BODY, secret=SECRET, previous=None, repeat=1, http=True, **verdict):
    entry = {"description": description, "secret": secret}
    if previous is not None:
        entry["previousSecret"] = previous
    try:
        entry["body"] = body.decode("utf-8")
        if "\0" in entry["body"]:
            raise ValueError
    except ValueError:
        entry.pop("body", None)
        entry["bodyHex"] = body.hex()
    if repeat != 1:
        entry["bodyRepeat"] = repeat
    entry["signatures"] = signatures
    if not http:
        entry["overHTTP"] = False
    entry.update(verdict)
    vectors.append(entry)


def accept(description, body=BODY, secret=SECRET, signatures=None, repeat=1, by="current", **more):
    vector(description, signatures or [tag(body * repeat, secret)], body, secret, repeat=repeat,
           verdict="accept", by=by, **more)


def reject(description, signatures, reason, **more):
    vector(description, signatures, verdict="reject", reason=reason, **more)


good = tag(BODY)
flip = lambda text, index, bit: bytes(
    byte ^ (bit if at == index else 0) for at, byte in enumerate(bytes.fromhex(text))).hex()

# Accepted.
accept("the vendor's example")
accept("upper-case digits", signatures=[good.upper()])
accept("digits of mixed case", signatures=["".join(c.upper() if i % 2 else c for i, c in enumerate(good))])
accept("an empty body", b"")
accept("a body of one byte", b"1")
accept("a body with a byte order mark, which is signed with it", b"\xef\xbb\xbf" + BODY)
accept("a body with emoji, beyond the basic plane", '{"event":"dm.sent","data":{"message":"\U0001f680 ü"}}'.encode())
accept("a body in decomposed Unicode", '{"event":"dm.sent","data":{"message":"Zoe\u0308"}}'.encode())
accept("a body that is not UTF-8", b'{"event":"\xff\xfe\x80"}')
accept("a body with NUL bytes", b"\0\0{}\0")
accept("a body with CR LF, ending in a line break", b'{\r\n  "event": "dm.sent"\r\n}\r\n')
accept("a body that is no JSON", b"a=1&b=2")
for size in (55, 56, 63, 64, 65, 119, 120, 127, 128, 1000, 65536, 262144):
    accept(f"a body of {size} bytes", b"a", repeat=size)
for size in (1, 31, 32, 63, 64, 65, 127, 128, 129, 200, 4096):
    accept(f"a secret of {size} bytes", secret=("0123456789abcdef" * 256)[:size])
accept("a secret beyond ASCII", secret="geheim-\u00fc-\U0001f511")
accept("a secret that looks like hexadecimal, used as characters", secret="00" * 32)
accept("a secret that looks like base64, used as characters", secret="c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ==")
accept("a secret that ends in a blank", secret=SECRET + " ")
accept("a secret with a prefix", secret="whsec_" + base64.b64encode(b"0123456789").decode())
accept("the previous secret", signatures=[tag(BODY, OTHER)], previous=OTHER, by="previous")
accept("the current secret, with a previous one", previous=OTHER)
accept("current and previous alike", previous=SECRET)
accept("the header twice, with equal values", signatures=[good, good])

# No signature.
reject("no header", [], "missingSignature")
reject("an empty header", [""], "missingSignature")
reject("a blank header", ["   "], "missingSignature")
reject("a header of tabs", ["\t\t"], "missingSignature")

# Not a signature.
for count in (1, 2, 32, 62, 63):
    reject(f"only the first {count} digits", [good[:count]], "malformedSignature")
reject("a digit too many", [good + "0"], "malformedSignature")
reject("the digits twice", [good + good], "malformedSignature")
reject("the prefix sha256=", ["sha256=" + good], "malformedSignature")
reject("the prefix sha1=", ["sha1=" + tag(BODY, digest="sha1")], "malformedSignature")
reject("a prefix, of 64 characters in all", ["sha256=" + good[7:]], "malformedSignature")
reject("the prefix in the middle", [good[:28] + "sha256=" + good[28:]], "malformedSignature")
reject("0x before the digits", ["0x" + good], "malformedSignature")
reject("0x, of 64 characters in all", ["0x" + good[2:]], "malformedSignature")
reject("a plus sign for a digit", ["+" + good[1:]], "malformedSignature")
reject("a minus sign for a digit", [good[:2] + "-" + good[3:]], "malformedSignature")
reject("a letter that is no digit", [good[:-1] + "g"], "malformedSignature")
reject("quotation marks around", ['"' + good + '"'], "malformedSignature")
reject("braces of a template", ["{" + good + "}"], "malformedSignature")
reject("a blank before", [" " + good], "malformedSignature", http=False)
reject("a blank behind", [good + " "], "malformedSignature", http=False)
reject("a line break behind", [good + "\n"], "malformedSignature", http=False)
reject("CR LF for the last digits", [good[:-2] + "\r\n"], "malformedSignature", http=False)
reject("a NUL for the last digit", [good[:-1] + "\0"], "malformedSignature", http=False)
reject("a NUL behind", [good + "\0"], "malformedSignature", http=False)
reject("full-width digits", ["".join(chr(0xfee0 + ord(c)) for c in good)], "malformedSignature", http=False)
reject("one full-width digit", ["\uff10" + good[1:]], "malformedSignature", http=False)
reject("a combining mark behind", [good + "\u0301"], "malformedSignature", http=False)
reject("an Arabic-Indic digit", ["\u0661" + good[1:]], "malformedSignature", http=False)
reject("two, joined by a comma", [good + "," + good], "malformedSignature")
reject("two, joined by a comma and a blank", [good + ", " + good], "malformedSignature")
reject("base64 of the tag", [base64.b64encode(bytes.fromhex(good)).decode()], "malformedSignature")
reject("SHA-1 instead", [tag(BODY, digest="sha1")], "malformedSignature")
reject("SHA-512 instead", [tag(BODY, digest="sha512")], "malformedSignature")
reject("words", ["undefined"], "malformedSignature")
reject("a very long value", ["0" * 5000], "malformedSignature")

# A signature of something else.
mismatch = "signatureMismatch"
reject("the first bit flipped", [flip(good, 0, 0x80)], mismatch)
reject("the last bit flipped", [flip(good, 31, 0x01)], mismatch)
reject("zeros", ["0" * 64], mismatch)
reject("all bits set", ["f" * 64], mismatch)
reject("of an empty body", [tag(b"")], mismatch)
reject("a bare SHA-256 of the body", [
    subprocess.run(["openssl", "dgst", "-sha256"], input=BODY, capture_output=True).stdout.split()[-1].decode()],
    mismatch)
reject("SHA-512/256 instead", [tag(BODY, digest="sha512-256")], mismatch)
reject("SHA3-256 instead", [tag(BODY, digest="sha3-256")], mismatch)
reject("another secret", [tag(BODY, OTHER)], mismatch)
reject("a third secret, with two accepted", [tag(BODY, "whsec_third")], mismatch, previous=OTHER)
reject("an empty secret, to which NULs are equal", [tag(BODY, b"\0")], mismatch)
reject("the secret with a line break", [tag(BODY, SECRET + "\n")], mismatch)
reject("the secret with a blank", [tag(BODY, SECRET + " ")], mismatch)
reject("the secret in quotation marks", [tag(BODY, f'"{SECRET}"')], mismatch)
reject("the secret decoded from hexadecimal", [tag(BODY, b"\x01" * 32)], mismatch, secret="01" * 32)
reject("the secret decoded from base64", [tag(BODY, base64.b64decode("c2VjcmV0IHNlY3JldCE="))], mismatch,
       secret="c2VjcmV0IHNlY3JldCE=")
reject("the body without its last byte", [tag(BODY[:-1])], mismatch)
reject("the body with a line break", [tag(BODY + b"\n")], mismatch)
reject("the body re-formatted", [tag(json.dumps(json.loads(BODY), indent=2).encode())], mismatch)
reject("the body compact, where it arrived re-formatted", [good], mismatch,
       body=json.dumps(json.loads(BODY), indent=2).encode())
reject("the body without its byte order mark", [good], mismatch, body=b"\xef\xbb\xbf" + BODY)
reject("the body in composed Unicode", [tag('{"a":"\u00eb"}'.encode())], mismatch, body='{"a":"e\u0308"}'.encode())
reject("the body with its invalid UTF-8 repaired", [tag('{"a":"\ufffd"}'.encode())], mismatch, body=b'{"a":"\xff"}')

# Several headers.
conflict = "conflictingSignatures"
reject("the header twice, the second wrong", [good, flip(good, 0, 1)], conflict)
reject("the header twice, the first wrong", [flip(good, 0, 1), good], conflict)
reject("the header twice, once empty", ["", good], conflict)
reject("the header twice, equal but for case", [good, good.upper()], conflict)
reject("the header three times, the last wrong", [good, good, "0" * 64], conflict)
reject("the header twice, both wrong and equal", ["0" * 64, "0" * 64], mismatch)

rows = ",\n".join("    " + json.dumps(entry, ensure_ascii=True) for entry in vectors)
print('{\n  "madeBy": "verification.py, with the openssl command",\n  "vectors": [\n' + rows + "\n  ]\n}")
