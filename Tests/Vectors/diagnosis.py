#!/usr/bin/env python3
"""Writes diagnosis.json: requests whose signature does not fit, each spoilt by the tool that spoils them in life.

Needs node for the texts of JavaScript. Run it in this folder: python3 diagnosis.py > diagnosis.json
"""
import base64, bz2, gzip, hashlib, hmac, html, json, lzma, subprocess, urllib.parse, zlib

EVENT = {
    "event": "dm.sent", "timestamp": "2026-05-04T09:00:00Z", "payload_version": 2,
    "data": {
        "lead": {"name": "Zoë <O'Neil> & \"Co\" \U0001f680", "title": None, "linkedin_username": "zoe", "tags": [], "more": {}},
        "message": "Hello\tZoë,\nthanks + regards/\u2028\u007f", "numbers": [1, -1, 0.5, 1e21, 1e-7, 123456789012, True],
    },
}
SECRET = "whsec_test_9f8e7d6c5b4a39281706f5e4d3c2b1a0"
OTHER = "whsec_other_00112233445566778899aabbccddeeff"
THIRD = "whsec_third_ffeeddccbbaa99887766554433221100"


def node(program, text):
    return subprocess.run(["node", "-e", f"let x = require('fs').readFileSync(0, 'utf8'); process.stdout.write({program})"],
                          input=text, capture_output=True, check=True).stdout


def stringify(text, indent=0):
    return node(f"JSON.stringify(JSON.parse(x), null, {indent})", text)


def tag(body, secret=SECRET, digest="sha256"):
    return hmac.new(secret if isinstance(secret, bytes) else secret.encode(), body, digest).digest()


# What LeadShark sends.
BODY = stringify(json.dumps(EVENT).encode())
VALUE = json.loads(BODY)
GOOD = tag(BODY).hex()

vectors = []


def vector(description, findings, body=BODY, signatures=None, signed=None, secret=SECRET, certainty="proven", **more):
    """`signed` are the bytes that were signed with SECRET, unless `signatures` says what is in the headers."""
    if signatures is None:
        signatures = [tag(BODY if signed is None else signed).hex()]
    entry = {"description": description, "secret": secret}
    entry.update(more)
    try:
        entry["body"] = body.decode("utf-8")
        if "\0" in entry["body"]:
            raise ValueError
    except ValueError:
        entry.pop("body", None)
        entry["bodyHex"] = body.hex()
    entry["signatures"] = signatures
    entry["findings"] = findings if isinstance(findings, list) else [findings]
    entry["certainty"] = certainty
    vectors.append(entry)


def likely(description, findings, body=BODY, signatures=None, **more):
    """Signed by a secret that nobody here knows."""
    vector(description, (findings if isinstance(findings, list) else [findings]) + ["unexplained"], body,
           [tag(body, "whsec_unknown").hex()] if signatures is None else signatures, certainty="likely", **more)


# Nothing is wrong.
vector("signed as it should be", "fits")
vector("signed with the previous secret, which is accepted", "fits", signatures=[tag(BODY, OTHER).hex()], previousSecret=OTHER)

# The secret.
others = [{"name": "billing", "secret": THIRD, "previousSecret": "whsec_old"}, {"name": "sheet", "secret": OTHER}]
vector("the secret of another webhook", "otherWebhookSecret", signatures=[tag(BODY, OTHER).hex()], others=others)
vector("the previous secret of another webhook", "otherWebhookSecret", signatures=[tag(BODY, "whsec_old").hex()], others=others)
vector("the previous secret, which is no longer accepted", "retiredSecret", signatures=[tag(BODY, OTHER).hex()], retired=[OTHER])
for name, text in [("a line break behind", SECRET + "\n"), ("CR LF behind", SECRET + "\r\n"), ("a blank before", " " + SECRET),
                   ("a blank behind", SECRET + " "), ("a line break in the middle", SECRET[:20] + "\n" + SECRET[20:]),
                   ("a line break written out behind", SECRET + "\\n"), ("a byte order mark before", "\ufeff" + SECRET),
                   ("a no-break space behind", SECRET + "\u00a0"), ("a zero-width space behind", SECRET + "\u200b")]:
    vector("our secret has " + name, "secretHasBlanks", secret=text)
vector("our previous secret has a line break behind", "secretHasBlanks", secret=OTHER, previousSecret=SECRET + "\n")
for quote in "\"'`":
    vector(f"our secret has {quote} around it", "secretHasQuotes", secret=quote + SECRET + quote)
vector("our secret has quotation marks around it and a line break behind", "secretHasQuotes", secret=f'"{SECRET}"\n')
vector("our secret has one quotation mark before it", "secretHasQuotes", secret='"' + SECRET)
vector("our secret has its name before it", "secretHasName", secret="LEADSHARK_WEBHOOK_SECRET=" + SECRET)
vector("our secret has its name before it, in quotation marks", "secretHasName", secret=f'LEADSHARK_WEBHOOK_SECRET="{SECRET}"')
for name, text in [("a line break behind", SECRET + "\n"), ("CR LF behind", SECRET + "\r\n"), ("a blank behind", SECRET + " "),
                   ("a blank before", " " + SECRET)]:
    vector("the sender's secret has " + name, "senderSecretHasBlanks", signatures=[tag(BODY, text).hex()])
for quote in "\"'":
    vector(f"the sender's secret has {quote} around it", "senderSecretHasQuotes", signatures=[tag(BODY, quote + SECRET + quote).hex()])
vector("the sender decoded the secret from hexadecimal", "decodedSecret", secret="0f1e" * 16,
       signatures=[tag(BODY, bytes.fromhex("0f1e" * 16)).hex()])
key = base64.b64encode(b"0123456789abcdef01234567").decode()
vector("the sender decoded the secret from base64", "decodedSecret", secret=key, signatures=[tag(BODY, base64.b64decode(key)).hex()])
vector("the sender decoded the secret from base64 behind its prefix", "decodedSecret", secret="whsec_" + key,
       signatures=[tag(BODY, base64.b64decode(key)).hex()])
vector("the sender left out the secret's prefix", "secretWithoutPrefix", signatures=[tag(BODY, SECRET[6:]).hex()])
vector("the sender's secret is empty", "emptySecret", signatures=[tag(BODY, b"").hex()])
vector("a plain hash", "noSecret", signatures=[hashlib.sha256(BODY).hexdigest()])
vector("key and message swapped", "argumentsSwapped", signatures=[tag(SECRET.encode(), BODY).hex()])

# The header.
vector("the prefix sha256=", "signaturePrefix", signatures=["sha256=" + GOOD])
vector("0x before the digits", "signaturePrefix", signatures=["0x" + GOOD])
vector("the prefix sha1= before a tag of SHA-1", ["signaturePrefix", "sha1Signature"],
       signatures=["sha1=" + tag(BODY, digest="sha1").hex()])
vector("base64", "base64Signature", signatures=[base64.b64encode(tag(BODY)).decode()])
vector("base64 of the other alphabet, without padding", "base64Signature",
       signatures=[base64.urlsafe_b64encode(tag(BODY)).decode().rstrip("=")])
vector("base64 behind a prefix", ["signaturePrefix", "base64Signature"], signatures=["sha256=" + base64.b64encode(tag(BODY)).decode()])
vector("SHA-1", "sha1Signature", signatures=[tag(BODY, digest="sha1").hex()])
vector("SHA-1 in base64", ["base64Signature", "sha1Signature"], signatures=[base64.b64encode(tag(BODY, digest="sha1")).decode()])
vector("SHA-512", "sha512Signature", signatures=[tag(BODY, digest="sha512").hex()])
vector("SHA-512 in base64", ["base64Signature", "sha512Signature"], signatures=[base64.b64encode(tag(BODY, digest="sha512")).decode()])
for count in (16, 32, 40, 62, 63):
    vector(f"only the first {count} digits", "signatureLength", signatures=[GOOD[:count]])
vector("a digit too many", "signatureLength", signatures=[GOOD + "0"])
vector("the digits twice", "signatureLength", signatures=[GOOD + GOOD])
vector("quotation marks around the digits", "signatureWrapped", signatures=[f'"{GOOD}"'])
for text in ("X-Webhook-Signature: %s", "SHA2-256(stdin)= %s", "SHA256(body.json)= %s", "%s *body.json", "%s  -", "%s,", "t=123,v1=%s",
             "keyId=1;signature=%s", "signature %s", "SHA2-256(a,b.json)= %s"):
    vector("text around the digits: " + text % "…", "signatureWithText", signatures=[text % GOOD])
vector("two, joined by a comma", "severalInOneHeader", signatures=[GOOD + ", " + GOOD])
vector("two headers that differ, of which one fits", "conflictingSignatures", signatures=["0" * 64, GOOD])

# The body, changed on its way.
vector("a line feed behind", "newlineAdded", BODY + b"\n")
vector("CR LF behind", "newlineAdded", BODY + b"\r\n")
vector("a line feed lost", "newlineLost", BODY, signed=BODY + b"\n")
vector("CR LF lost", "newlineLost", BODY, signed=BODY + b"\r\n")
vector("blanks around", "blanksAdded", b"  " + BODY + b"\n\n")
lines = json.dumps(VALUE, indent=3, ensure_ascii=False).encode()
vector("line feeds made CR LF", "carriageReturnsAdded", lines.replace(b"\n", b"\r\n"), signed=lines)
vector("CR LF made line feeds", "carriageReturnsLost", lines, signed=lines.replace(b"\n", b"\r\n"))
vector("a byte order mark added", "byteOrderMarkAdded", BODY.decode().encode("utf-8-sig"))
vector("a byte order mark lost", "byteOrderMarkLost", BODY, signed=BODY.decode().encode("utf-8-sig"))
vector("written anew by Python", "bodyRewrittenByPython", json.dumps(VALUE).encode())
vector("written anew by Python, not in ASCII", "bodyRewrittenByPython", json.dumps(VALUE, ensure_ascii=False).encode())
vector("written anew by Python, without blanks", "bodyRewrittenByPython", json.dumps(VALUE, separators=(",", ":")).encode())
vector("indented by two by JavaScript", "bodyIndentedByTwo", stringify(BODY, 2))
vector("indented by four by JavaScript", "bodyIndentedByFour", stringify(BODY, 4))
vector("indented by two by Python", "bodyIndentedByTwo", json.dumps(VALUE, indent=2).encode())
vector("indented by four by Python", "bodyIndentedByFour", json.dumps(VALUE, indent=4).encode())
vector("indented by two, with a line feed behind", "bodyIndentedByTwo", stringify(BODY, 2) + b"\n")
vector("indented by two, with a byte order mark", "bodyIndentedByTwo", b"\xef\xbb\xbf" + stringify(BODY, 2))
vector("written anew in a form of its own", "bodyRewritten", json.dumps(VALUE, indent="\t", separators=(" ,", " : ")).encode())
vector("written anew, with the secret of another webhook", ["bodyRewrittenByPython", "otherWebhookSecret"],
       json.dumps(VALUE).encode(), signatures=[tag(BODY, OTHER).hex()], others=others)
vector("written anew, with a signature in base64", ["bodyRewrittenByPython", "base64Signature"], json.dumps(VALUE).encode(),
       signatures=[base64.b64encode(tag(BODY)).decode()])
vector("in a form's field", "bodyInForm", urllib.parse.urlencode({"payload": BODY.decode()}).encode())
vector("in the second of a form's fields", "bodyInForm", urllib.parse.urlencode({"a": "1", "payload": BODY.decode()}).encode())
vector("as the name of a form's field", "bodyInForm", (urllib.parse.quote_plus(BODY.decode()) + "=").encode())
vector("percent-encoded", "bodyInForm", urllib.parse.quote(BODY.decode()).encode())
vector("in base64", "bodyInBase64", base64.b64encode(BODY))
vector("in base64, in lines", "bodyInBase64", base64.encodebytes(BODY))
vector("in base64, as a JSON string", "bodyInBase64", json.dumps(base64.b64encode(BODY).decode()).encode())
vector("as a JSON string", "bodyInJSONString", node("JSON.stringify(x)", BODY))
vector("as a JSON string, by Python", "bodyInJSONString", json.dumps(BODY.decode()).encode())
vector("in a gateway's envelope", "bodyInEnvelope", json.dumps({"httpMethod": "POST", "body": BODY.decode(), "isBase64Encoded": False}).encode())
vector("in a gateway's envelope, in base64", "bodyInEnvelope",
       json.dumps({"body": base64.b64encode(BODY).decode(), "isBase64Encoded": True}).encode())
vector("escaped for HTML", "bodyEscapedForHTML", html.escape(BODY.decode()).encode())
vector("escaped for HTML, without quotation marks", "bodyEscapedForHTML", html.escape(BODY.decode(), quote=False).encode())
vector("HTML entities made characters", "bodyUnescapedFromHTML", BODY, signed=html.escape(BODY.decode(), quote=False).encode())
latin = stringify('{"event":"dm.sent","data":{"name":"Zoë Müller"}}'.encode())
vector("UTF-8 taken for Latin-1", "bodyEncodedTwice", latin.decode("latin-1").encode(), signed=latin)
vector("in Latin-1", "bodyInLatin1", latin.decode().encode("latin-1"), signed=latin)
vector("in UTF-16", "bodyInUTF16", BODY.decode().encode("utf-16"))
vector("in UTF-16 of the other byte order", "bodyInUTF16", b"\xfe\xff" + BODY.decode().encode("utf-16-be"))

# Another text than was sent.
invalid = b'{"event":"dm.sent","data":{"name":"Zo\xeb \xe2\x82 \xf0\x9f\x98"}}'
vector("Python's text signed, JavaScript's sent", "signedPythonText", BODY, signed=json.dumps(VALUE).encode())
vector("Python's compact text signed, JavaScript's sent", "signedPythonText", BODY,
       signed=json.dumps(VALUE, separators=(",", ":")).encode())
vector("text indented by two signed", "signedIndentedByTwo", BODY, signed=stringify(BODY, 2))
vector("text indented by four signed", "signedIndentedByFour", BODY, signed=stringify(BODY, 4))
vector("text indented by two signed, by Python", "signedIndentedByTwo", BODY, signed=json.dumps(VALUE, indent=2).encode())
vector("text indented by four signed, by Python", "signedIndentedByFour", BODY, signed=json.dumps(VALUE, indent=4).encode())
for number in ["0", "-0", "-0.0", "1.0", "1.50", "1e2", "1E400", "-1e400", "1e15", "1e16", "123456789012345678", "1.2345678901234567e16",
               "0.0001", "0.00001", "1.5e-7", "5e-324", "1.7976931348623157e308", "123456789012345678901234567890", "9007199254740993.0"]:
    body = ('{"duplicate":1,"2":[],"1":{},"n":%s,"duplicate":"\\ud800 \\u00E9\\/"}' % number).encode()
    vector(f"Python's text signed, with the number {number}", "signedPythonText", body, signed=json.dumps(json.loads(body)).encode())
vector("the text that a decoder repaired signed", "signedLossyText", invalid, signed=invalid.decode("utf-8", "replace").encode())
vector("an empty body signed", "signedNothing", BODY, signed=b"")
vector("[object Object] signed", "signedObjectName", BODY, signed=node("String(JSON.parse(x))", BODY))
vector("the body signed as a JSON string", "signedJSONString", BODY, signed=node("JSON.stringify(x)", BODY))
vector("the data alone signed", "signedDataOnly", BODY, signed=node("JSON.stringify(JSON.parse(x).data)", BODY))

# What cannot be proven, but seen.
likely("a secret that nobody here knows", [])
likely("a secret that nobody here knows, with others at hand", [], others=others, previousSecret="whsec_before", retired=["whsec_old"])
likely("a changed value", [], BODY.replace(b"dm.sent", b"dm.sunk"), [GOOD])
likely("a secret with a blank that explains nothing", "secretHasBlanks", secret=SECRET + " ")
likely("no header", "missingSignature", signatures=[])
likely("a blank header", "missingSignature", signatures=[" "])
for text in ("undefined", "null", "deadbeef", "[object Object]", "g" * 64, GOOD[:14]):
    likely(f"a header that holds {text}", "notASignature", signatures=[text])
likely("the prefix sha256= before the digits of something else", "signaturePrefix", signatures=["sha256=" + "0" * 64])
likely("base64 of something else", "base64Signature", signatures=[base64.b64encode(b"0" * 32).decode()])
likely("the length of SHA-1", "sha1Signature", signatures=["0" * 40])
likely("the length of SHA-512", "sha512Signature", signatures=["0" * 128])
likely("too few digits", "signatureLength", signatures=["0" * 62])
likely("two headers that differ and do not fit", "conflictingSignatures", signatures=["0" * 64, "1" * 64])
likely("an empty body", "bodyEmpty", b"", [GOOD])
likely("compressed by gzip", "bodyCompressed", gzip.compress(BODY, mtime=0), [GOOD])
likely("compressed by zlib", "bodyCompressed", zlib.compress(BODY), [GOOD])
likely("compressed by bzip2", "bodyCompressed", bz2.compress(BODY), [GOOD])
likely("compressed by xz", "bodyCompressed", lzma.compress(BODY), [GOOD])
ORDERED = json.dumps(VALUE, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
likely("names sorted", "bodySorted", ORDERED, [GOOD])
likely("names sorted, and indented", "bodySorted", json.dumps(VALUE, sort_keys=True, indent=2).encode(), [GOOD])
likely("names of the outer object sorted alone", [], json.dumps(dict(sorted(VALUE.items()))).encode(), [GOOD])
vector("names sorted before it was signed", "fits", ORDERED, signed=ORDERED)
likely("digits of something else with text around them", "signatureWithText", signatures=["SHA2-256(stdin)= " + "0" * 64])
likely("cut off", "bodyTruncated", BODY[:-20], [GOOD])
likely("a page", "bodyNotJSON", b"<!DOCTYPE html><title>Bad gateway</title>", [GOOD])
likely("a form of its own", "bodyNotJSON", b"event=dm.sent&name=John", [GOOD])
broken = '{"event":"dm.sent","data":{"name":"Zoë"}}'.encode("latin-1")
likely("decoded lossily", "bodyDecodedLossily", broken.decode("utf-8", "replace").encode(), [tag(broken).hex()])

rows = ",\n".join("    " + json.dumps(entry, ensure_ascii=True) for entry in vectors)
print('{\n  "madeBy": "diagnosis.py, with Python and Node",\n  "vectors": [\n' + rows + "\n  ]\n}")
