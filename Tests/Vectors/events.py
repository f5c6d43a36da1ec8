#!/usr/bin/env python3
"""Writes events.json: what is read out of a payload. Decoded here a second time, from the contract and with Python's JSON.

Run it in this folder: python3 events.py > events.json
"""
import json, pathlib

MAXIMUM_DEPTH = 512


class Number:
    """A number by its text."""

    def __init__(self, text):
        self.text = text
        self.is_plain = text.lstrip("-").isdigit()


class Object:
    """An object with all its members, in order. Of several members of one name the last counts."""

    def __init__(self, pairs):
        self.pairs = pairs

    def get(self, name):
        return next((value for key, value in reversed(self.pairs) if key == name), None)

    def count(self, name):
        return sum(key == name for key, _ in self.pairs)


class NotJSON(Exception):
    pass


class WrongShape(Exception):
    pass


def refuse(name):
    raise NotJSON(name)


def depth(text):
    deepest = level = 0
    in_string = is_escaped = False
    for character in text:
        if in_string:
            in_string, is_escaped = is_escaped or character != '"', not is_escaped and character == "\\"
        elif character == '"':
            in_string = True
        elif character in "[{":
            level += 1
            deepest = max(deepest, level)
        elif character in "]}":
            level -= 1
    return deepest


def parse(payload):
    try:
        text = payload.decode("utf-8").removeprefix("\ufeff")
        if depth(text) > MAXIMUM_DEPTH:
            raise NotJSON("too deep")
        return json.loads(text, object_pairs_hook=Object, parse_int=Number, parse_float=Number, parse_constant=refuse)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotJSON(str(error))


def whole(text):
    """Text as a string of Unicode can hold it: half a surrogate pair is U+FFFD."""
    return "".join("\ufffd" if 0xD800 <= ord(character) < 0xE000 else character for character in text)


KINDS = {type(None): "null", bool: "a boolean", Number: "a number", str: "a string", list: "an array",
         Object: "an object"}


class Decoder:
    def __init__(self, payload):
        self.anomalies = []
        root = parse(payload)
        if not isinstance(root, Object):
            raise WrongShape(f"$: expected an object, found {KINDS[type(root)]}")
        self.demand(root, "event", str, "a string")
        self.demand(root, "data", Object, "an object")
        type_ = whole(root.get("event"))
        data = root.get("data")
        self.root, self.data = ("$", root), ("$.data", data)
        event = {"type": type_}
        event["timestamp"] = self.string(self.root, "timestamp")
        event["payload_version"] = self.integer(self.root, "payload_version")
        lead = event["lead"] = self.lead()
        event["post"] = self.post()
        event["automation"] = self.parts(self.data, "automation", id=self.id, name=self.string)
        event["particular"] = self.particular(type_, lead)
        self.event = {name: value for name, value in event.items() if value is not None}
        self.event["anomalies"] = sorted(self.anomalies)

    def demand(self, root, name, kind, phrase):
        if root.count(name) == 0:
            raise WrongShape(f"$.{name}: expected {phrase}, found nothing")
        if root.count(name) > 1:
            self.note(("$", root), name, "one member of this name", "several")
        found = root.get(name)
        if not isinstance(found, kind):
            raise WrongShape(f"$.{name}: expected {phrase}, found {KINDS[type(found)]}")

    def note(self, place, name, expected, found):
        self.anomalies.append([f"{place[0]}.{name}", expected, found])

    def member(self, place, name, expected, fits, gives=lambda value: value):
        path, object_ = place
        if object_.count(name) > 1:
            self.note(place, name, "one member of this name", "several")
        value = object_.get(name)
        if value is None:
            return None
        if fits(value):
            return gives(value)
        is_number = isinstance(value, Number) and "integer" in expected
        self.note(place, name, expected, "another number" if is_number else KINDS[type(value)])
        return None

    def string(self, place, name):
        return self.member(place, name, "a string", lambda value: isinstance(value, str), whole)

    def id(self, place, name):
        return self.member(
            place, name, "a string or an integer",
            lambda value: isinstance(value, str) or isinstance(value, Number) and value.is_plain,
            lambda value: whole(value) if isinstance(value, str) else value.text)

    def integer(self, place, name):
        return self.member(
            place, name, "an integer",
            lambda value: isinstance(value, Number) and value.is_plain and -2**63 <= int(value.text) < 2**63,
            lambda value: int(value.text))

    def boolean(self, place, name):
        return self.member(place, name, "a boolean", lambda value: isinstance(value, bool))

    def object(self, place, name):
        found = self.member(place, name, "an object", lambda value: isinstance(value, Object))
        return None if found is None else (f"{place[0]}.{name}", found)

    def parts(self, place, name, /, **readers):
        """The fields of an object that are there; `None` without the object."""
        found = self.object(place, name)
        if found is None:
            return None
        read = {field: reader(found, field) for field, reader in readers.items()}
        return {field: value for field, value in read.items() if value is not None}

    def lead(self):
        lead = self.parts(
            self.data, "lead", name=self.string, first_name=self.string, title=self.string, linkedin_url=self.string,
            linkedin_username=self.string, connection_status=self.string, commenter_id=self.id, reactor_id=self.id,
            actor_id=self.id, email=self.string, is_anonymous=self.boolean)
        visitor = self.parts(
            self.data, "visitor", id=self.id, name=self.string, title=self.string, linkedin_url=self.string)
        # The older copies fill in for what is missing.
        older = {field: self.id(self.data, field) for field in ("commenter_id", "reactor_id")}
        older = {field: value for field, value in older.items() if value is not None}
        if lead is None and visitor is None and not older:
            return None
        if visitor:
            older |= {"visitor_id" if field == "id" else field: value for field, value in visitor.items()}
        return older | (lead or {})

    def post(self):
        post = self.parts(self.data, "post", id=self.id, url=self.string)
        older = {"id": self.id(self.data, "post_id"), "url": self.string(self.data, "post_url")}
        older = {field: value for field, value in older.items() if value is not None}
        return None if post is None and not older else older | (post or {})

    def happening(self, kind):
        return (self.parts(self.data, kind, id=self.id) or {}).get("id")

    def particular(self, type_, lead):
        fields = {
            "dm.sent": lambda: {
                "message": self.string(self.data, "message"), "comment_id": self.happening("comment"),
                "reaction_id": self.happening("reaction")},
            "lead.sent": lambda: {
                "message": self.string(self.data, "message"), "comment_id": self.happening("comment"),
                "reaction_id": self.happening("reaction")},
            "email.captured": lambda: {
                "email": (lead or {}).get("email"), "comment_id": self.happening("comment"),
                "reaction_id": self.happening("reaction")},
            "new.profile.visit": lambda: {
                "visit_id": self.happening("visit"), "visit_timestamp": self.string(self.data, "visit_timestamp"),
                "profile_owner": self.parts(self.data, "profile_owner", id=self.id, name=self.string)},
            "new.like": lambda: {"reaction_id": self.happening("reaction")},
            "new.comment": lambda: {"comment_id": self.happening("comment")},
        }.get(type_)
        return None if fields is None else {name: value for name, value in fields().items() if value is not None}


vectors = []


def vector(description, payload):
    payload = payload if isinstance(payload, bytes) else payload.encode("utf-8")
    entry = {"description": description}
    try:
        entry["payload"] = payload.decode("utf-8")
    except UnicodeDecodeError:
        entry["payloadHex"] = payload.hex()
    try:
        entry["event"] = Decoder(payload).event
    except NotJSON:
        entry["error"] = {"code": "notJSON"}
    except WrongShape as error:
        entry["error"] = {"code": "wrongShape", "message": str(error)}
    vectors.append(entry)


def event(data, type_="dm.sent", more=""):
    return '{"event":' + json.dumps(type_) + more + ',"data":' + data + "}"


# No event.
for text in ("", " ", "event=dm.sent", "{", "{}}", "{'event':'dm.sent'}", '{"event":"dm.sent","data":{},}',
             '{"event":"dm.sent","data":{"a":01}}', '{"event":"dm.sent","data":{"a":NaN}}',
             '{"event":"dm.sent","data":{"a":Infinity}}', '{"event":"dm.sent","data":{"a":+1}}',
             '{"event":"dm.sent","data":{"a":.5}}', '{"event":"dm.sent","data":{"a":"\\x"}}',
             '{"event":"dm.sent","data":{"a":"\\u12"}}', '{"event":"dm.sent","data":{}}\u00a0',
             '{"event":"dm.sent","data":{} /* a comment */}', '{"event":"dm.sent","data":{"a":tru}}'):
    vector("no JSON: " + (text or "nothing"), text)
vector("no JSON: a line break in a string", '{"event":"dm.sent","data":{"a":"\n"}}')
vector("no JSON: a byte that is not UTF-8", b'{"event":"dm.sent","data":{"a":"\xff"}}')
vector("no JSON: a surrogate in UTF-8", b'{"event":"dm.sent","data":{"a":"\xed\xa0\x80"}}')
vector("no JSON: an overlong slash", b'{"event":"dm.sent","data":{"a":"\xc0\xaf"}}')
vector("no JSON: two byte order marks", "\ufeff\ufeff" + event("{}"))
vector("no JSON: deeper than 512 levels", event('{"a":' + "[" * 511 + "]" * 511 + "}"))
for text in ("null", "true", "7", '"dm.sent"', "[]", "{}", '{"data":{}}', '{"event":null,"data":{}}',
             '{"event":7,"data":{}}', '{"event":[],"data":{}}', '{"event":"dm.sent"}', '{"event":"dm.sent","data":null}',
             '{"event":"dm.sent","data":[]}', '{"event":"dm.sent","data":"{}"}', '{"event":"dm.sent","data":{},"data":1}',
             '{"Event":"dm.sent","data":{}}', '{"event":"a","event":false,"data":{}}'):
    vector("another shape: " + text, text)

# What LeadShark sends.
for sample in sorted(pathlib.Path("../../Samples/Payloads").glob("*.json")):
    vector("the sample " + sample.stem, sample.read_bytes())

# What is left out.
for type_ in ("dm.sent", "lead.sent", "email.captured", "new.profile.visit", "new.like", "new.comment", "new.thing", ""):
    vector(f"nothing but the type {type_ or 'without letters'}", event("{}", type_))
vector("a byte order mark", "\ufeff" + event('{"message":"m"}'))
vector("blanks everywhere", ' {\t"event" :\r\n"dm.sent" , "data" : { "message" : "m" } } ')
vector("512 levels", event('{"a":' + "[" * 510 + "]" * 510 + "}"))
vector("a lead without fields", event('{"lead":{}}'))
vector("null for everything", event('{"lead":null,"visitor":null,"post":null,"automation":null,"message":null,'
                                    '"comment":null,"commenter_id":null,"reactor_id":null,"post_id":null,'
                                    '"post_url":null}', more=',"timestamp":null,"payload_version":null'))
vector("null for every field of the lead", event(
    '{"lead":{"name":null,"first_name":null,"title":null,"linkedin_url":null,"linkedin_username":null,'
    '"connection_status":null,"commenter_id":null,"reactor_id":null,"actor_id":null,"email":null,"is_anonymous":null}}'))
vector("names that only look alike", event('{"Lead":{"name":"x"},"lead ":{},"lead\\u0000":{},"first_name":"x"}'))

# Old and new places.
vector("both places, the new one first", event(
    '{"lead":{"name":"new","commenter_id":"c2","reactor_id":"r2"},"commenter_id":"c1","reactor_id":"r1",'
    '"visitor":{"id":"v","name":"old","title":"t","linkedin_url":"u"},"post":{"id":"p2","url":"u2"},'
    '"post_id":"p1","post_url":"u1"}'))
vector("the old place where the new one is odd", event(
    '{"lead":{"name":7,"commenter_id":null},"commenter_id":"c1","reactor_id":5,"visitor":{"name":"old"},'
    '"post":{"url":[]},"post_id":"p1","post_url":"u1"}'))
vector("only a commenter", event('{"commenter_id":"c"}', "new.comment"))
vector("only a reactor", event('{"reactor_id":12}', "new.like"))
vector("only a post's address", event('{"post_url":"u"}'))
vector("an empty post, and old copies", event('{"post":{},"post_id":"p"}'))

# Odd values, in every place.
ODD = ["null", '"4711"', "4711", "-4711", "-0", "47.11", "4711e0", "1E400", "true", "[4711]", '{"4711":4711}']
PLACES = {
    "dm.sent": ["timestamp", "payload_version", "data.message", "data.comment", "data.comment.id", "data.reaction",
                "data.reaction.id", "data.automation", "data.automation.id", "data.automation.name", "data.post",
                "data.post.id", "data.post.url", "data.post_id", "data.post_url", "data.lead", "data.visitor", "data.commenter_id", "data.reactor_id"]
    + ["data.lead." + field for field in
       ("name", "first_name", "title", "linkedin_url", "linkedin_username", "connection_status", "commenter_id",
        "reactor_id", "actor_id", "email", "is_anonymous")]
    + ["data.visitor." + field for field in ("id", "name", "title", "linkedin_url")],
    "lead.sent": ["data.message", "data.comment", "data.comment.id", "data.reaction", "data.reaction.id"],
    "email.captured": ["data.comment.id", "data.reaction", "data.reaction.id", "data.lead.email"],
    "new.profile.visit": ["data.visit", "data.visit.id", "data.visit_timestamp", "data.profile_owner",
                          "data.profile_owner.id", "data.profile_owner.name"],
    "new.like": ["data.reaction", "data.reaction.id", "data.comment"],
    "new.comment": ["data.comment", "data.comment.id", "data.reaction"],
    "new.thing": ["data.lead.name", "data.message", "data.visit", "data.post"],
}
for type_, places in PLACES.items():
    for place in places:
        for odd in ODD:
            *outer, last = place.split(".")
            text = f'"{last}":{odd}'
            for name in reversed(outer):
                text = f'"{name}":{{{text}}}'
            vector(f"{type_}: {odd} at {place}",
                   '{"event":"' + type_ + '",' + text + ("" if place.startswith("data") else ',"data":{}') + "}")
vector("an integer beyond 64 bits for a version", event("{}", more=',"payload_version":9223372036854775808'))
vector("the largest version", event("{}", more=',"payload_version":9223372036854775807'))
vector("an id of a hundred digits", event('{"lead":{"actor_id":' + "9" * 100 + "}}"))

# Names that repeat.
vector("the type twice", '{"event":"dm.sent","event":"new.like","data":{"reaction":{"id":"r"},"message":"m"}}')
vector("the data twice", '{"event":"dm.sent","data":{"message":"first"},"data":{"message":"last"}}')
vector("the lead twice", event('{"lead":{"name":"first","title":"t"},"lead":{"name":"last"}}'))
vector("the lead twice, the last one null", event('{"lead":{"name":"first"},"lead":null}'))
vector("the lead twice, the last one odd", event('{"lead":{"name":"first"},"lead":[]}'))
vector("a name twice, once escaped", event('{"lead":{"name":"first","n\\u0061me":"last"}}'))
vector("a name three times", event('{"lead":{"name":1,"name":2,"name":"last"}}'))
vector("what LeadShark does not document twice", event('{"lead":{"x":1,"x":2},"y":1,"y":2}'))
vector("__proto__ as a name", event('{"__proto__":{"lead":{"name":"x"}},"lead":{"name":"y"}}'))

# Text.
vector("escapes", event('{"message":"\\u00e9\\ud83d\\ude80\\u0000\\n\\"\\\\\\/\\b\\f\\r\\t"}'))
vector("names with escapes", '{"\\u0065vent":"dm.sent","d\\u0061ta":{"l\\u0065ad":{"nam\\u0065":"Zo\\u00eb"}}}')
vector("emoji and combining marks, unescaped", event('{"message":"\U0001f680 Zoe\u0308 \u2028"}'))
vector("half a surrogate pair", event('{"message":"a\\ud800b"}'))
vector("the other half", event('{"message":"a\\udc00b"}'))
vector("two halves in the wrong order", event('{"message":"\\udc00\\ud800"}'))
vector("half a pair before a whole one", event('{"message":"\\ud83d\\ud83d\\ude80"}'))
vector("half a pair in the type", event("{}").replace("dm.sent", "dm.\\ud800"))
vector("a status in another case", event('{"lead":{"connection_status":"cONNECTED"}}'))
vector("a timestamp that is none", event("{}", more=',"timestamp":"yesterday"'))

rows = ",\n".join("    " + json.dumps(entry, ensure_ascii=True) for entry in vectors)
print('{\n  "madeBy": "events.py, with the JSON of Python",\n  "vectors": [\n' + rows + "\n  ]\n}")
