#!/usr/bin/env python3
"""Writes identity.json. Every hash in it is made by the openssl command, none by our own code.

Run it in this folder: python3 identity.py > identity.json
"""
import json, subprocess


def sha256(data):
    command = ["openssl", "dgst", "-sha256", "-binary"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def hashed(*fields):
    fields = [field if isinstance(field, bytes) else field.encode() for field in fields]
    return sha256(b"".join(len(field).to_bytes(8, "big") + field for field in fields)).hex()


vectors = []


def happening(description, payload, type, kind, id, automation="", webhook="leadshark"):
    fields = [webhook, type, kind, id, automation]
    vectors.append({"description": description, "webhook": webhook, "payload": payload, "fields": fields,
                    "type": type, "identity": hashed(*fields)})


def digest(description, payload, type="new.comment", webhook="leadshark"):
    vectors.append({"description": description, "webhook": webhook, "payload": payload, "fields": None,
                    "type": type, "identity": hashed(webhook, sha256(payload.encode()))})


def event(data, type='"new.comment"'):
    return '{"event":' + type + ',"data":' + data + "}"


happening("a comment", event('{"comment":{"id":"c1"}}'), "new.comment", "comment", "c1")
happening("a reaction", event('{"reaction":{"id":"r1"}}', '"new.like"'), "new.like", "reaction", "r1")
happening("a visit", event('{"visit":{"id":"v1"},"automation":null}', '"new.profile.visit"'),
          "new.profile.visit", "visit", "v1")
happening("an automation", event('{"comment":{"id":"c1"},"automation":{"id":"a1"}}'),
          "new.comment", "comment", "c1", "a1")
happening("another type, the same comment", event('{"comment":{"id":"c1"},"automation":{"id":"a1"}}', '"dm.sent"'),
          "dm.sent", "comment", "c1", "a1")
happening("another automation, the same comment", event('{"comment":{"id":"c1"},"automation":{"id":"a2"}}'),
          "new.comment", "comment", "c1", "a2")
happening("another webhook", event('{"comment":{"id":"c1"}}'), "new.comment", "comment", "c1", webhook="crm")
happening("an unknown type", event('{"comment":{"id":"c1"}}', '"new.thing"'), "new.thing", "comment", "c1")
happening("a type without letters", event('{"comment":{"id":"c1"}}', '""'), "", "comment", "c1")
happening("an id that is an integer", event('{"comment":{"id":7212345699999999999}}'),
          "new.comment", "comment", "7212345699999999999")
happening("an id that is a negative integer", event('{"comment":{"id":-5}}'), "new.comment", "comment", "-5")
happening("an id that is zero", event('{"comment":{"id":0}}'), "new.comment", "comment", "0")
happening("an automation's id that is an integer", event('{"comment":{"id":"c1"},"automation":{"id":12}}'),
          "new.comment", "comment", "c1", "12")
happening("an id beyond ASCII", event('{"comment":{"id":"ü\U0001f680"}}'), "new.comment", "comment", "ü\U0001f680")
happening("an id with escapes", event('{"comm\\u0065nt":{"id":"\\u00fc\\ud83d\\ude80\\n"}}'),
          "new.comment", "comment", "ü\U0001f680\n")
happening("an id of 256 bytes", event('{"comment":{"id":"' + "x" * 256 + '"}}'), "new.comment", "comment", "x" * 256)
happening("an automation without an id", event('{"comment":{"id":"c1"},"automation":{"name":"n"}}'),
          "new.comment", "comment", "c1")
happening("an automation whose id is null", event('{"comment":{"id":"c1"},"automation":{"id":null}}'),
          "new.comment", "comment", "c1")
happening("other happenings that are null or have no id",
          event('{"visit":null,"reaction":{"id":null},"comment":{"id":"c1"}}'), "new.comment", "comment", "c1")
happening("fields that repeat elsewhere", event('{"x":1,"x":2,"comment":{"text":1,"text":2,"id":"c1"}}'),
          "new.comment", "comment", "c1")
happening("re-formatted", '{ "data" : { "comment" : { "id" : "c1" } },\r\n "event" : "new.comment" }\n',
          "new.comment", "comment", "c1")
happening("a byte order mark", "\ufeff" + event('{"comment":{"id":"c1"}}'), "new.comment", "comment", "c1")

digest("no happening", event("{}"))
digest("no happening, at another webhook", event("{}"), webhook="crm")
digest("an empty id", event('{"comment":{"id":""}}'))
digest("an id of 257 bytes", event('{"comment":{"id":"' + "x" * 257 + '"}}'))
digest("an id of 257 bytes in 256 characters", event('{"comment":{"id":"' + "x" * 255 + 'ü"}}'))
digest("an id that is a fraction", event('{"comment":{"id":1.0}}'))
digest("an id with an exponent", event('{"comment":{"id":1e3}}'))
digest("an id that is an integer of 300 digits", event('{"comment":{"id":' + "1" * 300 + "}}"))
for found in ("true", "[]", "{}", '["c1"]'):
    digest(f"an id that is {found}", event('{"comment":{"id":' + found + "}}"))
digest("an id with half a surrogate pair", event('{"comment":{"id":"\\ud800"}}'))
digest("an id with U+FFFD", event('{"comment":{"id":"\ufffd"}}'))
digest("a comment that is no object", event('{"comment":"c1"}'))
digest("two happenings", event('{"comment":{"id":"c1"},"visit":{"id":"v1"}}'))
digest("a second happening of which the id is odd", event('{"comment":{"id":"c1"},"visit":{"id":[]}}'))
digest("a second happening that is no object", event('{"comment":{"id":"c1"},"reaction":7}'))
digest("the id repeated", event('{"comment":{"id":"c1","id":"c1"}}'))
digest("the id repeated under an escaped name", event('{"comment":{"id":"c1","\\u0069d":"c2"}}'))
digest("the comment repeated", event('{"comment":{"id":"c1"},"comment":{"id":"c1"}}'))
digest("another happening repeated", event('{"visit":null,"visit":null,"comment":{"id":"c1"}}'))
digest("data repeated", '{"event":"new.comment","data":{"comment":{"id":"c1"}},"data":{"comment":{"id":"c1"}}}')
digest("data that is an array", event('[{"comment":{"id":"c1"}}]'))
digest("no data", '{"event":"new.comment"}')
digest("the automation repeated", event('{"comment":{"id":"c1"},"automation":null,"automation":{"id":"a1"}}'))
digest("the automation's id repeated", event('{"comment":{"id":"c1"},"automation":{"id":"a1","id":"a1"}}'))
digest("an automation that is a string", event('{"comment":{"id":"c1"},"automation":"a1"}'))
digest("an automation whose id is a boolean", event('{"comment":{"id":"c1"},"automation":{"id":true}}'))
digest("an automation whose id is empty", event('{"comment":{"id":"c1"},"automation":{"id":""}}'))
digest("an automation whose id is too long", event('{"comment":{"id":"c1"},"automation":{"id":"' + "x" * 257 + '"}}'))
digest("the type repeated", '{"event":"new.comment","event":"new.comment","data":{"comment":{"id":"c1"}}}')
digest("two types", '{"event":"new.like","event":"new.comment","data":{"comment":{"id":"c1"}}}')
digest("a type, and then none", '{"event":"new.comment","event":null,"data":{"comment":{"id":"c1"}}}', None)
digest("no type, and then one", '{"event":7,"event":"new.comment","data":{"comment":{"id":"c1"}}}')
digest("two types, the last under an escaped name",
       '{"event":"new.like","\\u0065vent":"new.comment","data":{"comment":{"id":"c1"}}}')
digest("a type that is a number", event('{"comment":{"id":"c1"}}', "7"), None)
digest("a type that is null", event('{"comment":{"id":"c1"}}', "null"), None)
digest("no type", '{"data":{"comment":{"id":"c1"}}}', None)
digest("a type with U+FFFD", event('{"comment":{"id":"c1"}}', '"\ufffd"'), "\ufffd")
digest("an array", "[]", None)
digest("a string", '"new.comment"', None)
digest("nothing", "", None)
digest("not JSON", "event=new.comment", None)
digest("cut short", event('{"comment":{"id":"c1"}}')[:-1], None)
digest("something behind", event('{"comment":{"id":"c1"}}') + "x", None)
digest("nested too deep", event("[" * 600 + "]" * 600), None)
digest("our own test event", '{"event":"leadshark-webhooks.test","data":{"test":{"id":"1"}}}',
       "leadshark-webhooks.test")

rows = ",\n".join("    " + json.dumps(entry, ensure_ascii=True) for entry in vectors)
print('{\n  "madeBy": "identity.py, with the openssl command",\n  "vectors": [\n' + rows + "\n  ]\n}")
