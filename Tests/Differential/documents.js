"use strict";
// Documents to try, JSON and nearly JSON. All follow from the seed. None holds a line feed, since one is sent per line.

/** A small generator of random numbers whose whole state is its seed (Doty-Humphrey's sfc32). */
class Random {
  constructor(seed) {
    this.state = [seed | 0, 0x9e3779b9, 0x243f6a88, 1];
    for (let i = 0; i < 16; i++) this.next();
  }
  next() {
    const s = this.state;
    const value = (((s[0] + s[1]) | 0) + s[3]) | 0;
    s[3] = (s[3] + 1) | 0;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = (s[2] + (s[2] << 3)) | 0;
    s[2] = (((s[2] << 21) | (s[2] >>> 11)) + value) | 0;
    return value >>> 0;
  }
  below(limit) { return Math.floor((this.next() / 4294967296) * limit); }
  chance(percent) { return this.below(100) < percent; }
  pick(list) { return list[this.below(list.length)]; }
}

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

class Documents {
  constructor(seed) { this.random = new Random(seed); }

  /** The next document: a Buffer. */
  next() {
    const r = this.random;
    const kind = r.below(1000);
    if (kind < 8) return Buffer.from(this.deep());
    if (kind < 11) return Buffer.from(this.wide());
    if (kind < 180) return Buffer.from(this.blanks() + this.number() + this.blanks());
    if (kind < 260) return Buffer.from(this.string());
    let text = this.value(1 + r.below(6));
    if (r.chance(20)) text = this.blanks() + text + this.blanks();
    if (kind < 600) return Buffer.from(text);
    if (kind < 940) return Buffer.from(this.spoilt(text));
    return this.spoiltBytes(Buffer.from(text));
  }

  value(depth) {
    const r = this.random;
    const kind = r.below(depth > 0 ? 14 : 8);
    if (kind < 3) return this.number();
    if (kind < 6) return this.string();
    if (kind < 8) return r.pick(["null", "true", "false"]);
    const count = r.chance(5) ? r.below(40) : r.below(6);
    const parts = [];
    for (let i = 0; i < count; i++) {
      const child = this.value(depth - 1);
      parts.push(kind < 10 ? child : this.name() + this.blanks() + ":" + this.blanks() + child);
    }
    const comma = this.blanks() + "," + this.blanks();
    const inside = this.blanks() + parts.join(comma) + this.blanks();
    return kind < 10 ? "[" + inside + "]" : "{" + inside + "}";
  }

  blanks() {
    const r = this.random;
    if (!r.chance(15)) return "";
    let text = "";
    for (let i = 1 + r.below(3); i > 0; i--) text += r.pick([" ", "\t", "\r"]);
    return text;
  }

  // Names: few, so that they repeat; many of them numbers.

  name() {
    const r = this.random;
    switch (r.below(8)) {
      case 0: return this.quoted(r.pick(["__proto__", "constructor", "toString", "length", "hasOwnProperty", "toJSON", ""]));
      case 1: return this.quoted(String(r.below(12)));
      case 2:
        return this.quoted(r.pick(["4294967293", "4294967294", "4294967295", "4294967296", "2147483647", "2147483648",
          "1073741823", "1073741824", "9007199254740991", "9007199254740993", "01", "00", "-0", "-1", "1.0", "1e3", "+1",
          " 1", "1 ", "10", "9", "99999999999", "4294967294 ", "18446744073709551615", "Infinity", "NaN"]));
      case 3: return this.quoted(String(r.next()));
      case 4: return this.string();
      default: return this.quoted(r.pick(["a", "b", "c", "ab", "ba", "aa", "é", "e\u0301", "€", "😀", "\u2028", "post_id",
        "post_url", "lead"]));
    }
  }

  /** A string between quotation marks, some of its characters written as escapes. */
  quoted(text) {
    const r = this.random;
    const escaped = r.chance(25);
    let result = '"';
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const isPart = unit >= 0xd800 && unit < 0xe000;
      if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (escaped && !isPart && r.chance(40))) {
        result += this.escape(unit);
      } else {
        result += text[i];
      }
    }
    return result + '"';
  }

  escape(unit) {
    const r = this.random;
    const short = { 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 47: "\\/", 92: "\\\\" }[unit];
    if (short && r.chance(60)) return short;
    const digits = unit.toString(16).padStart(4, "0");
    return "\\u" + [...digits].map((digit) => (r.chance(50) ? digit.toUpperCase() : digit)).join("");
  }

  string() {
    const r = this.random;
    let text = '"';
    for (let i = r.chance(3) ? r.below(300) : r.below(12); i > 0; i--) {
      switch (r.below(14)) {
        case 0: text += r.pick(["\\b", "\\t", "\\n", "\\f", "\\r", '\\"', "\\/", "\\\\"]); break;
        case 1: text += this.escape(r.below(0x80)); break;
        case 2: text += this.escape(r.below(0x10000)); break;
        case 3: text += this.escape(0xd800 + r.below(0x400)) + this.escape(0xdc00 + r.below(0x400)); break;
        case 4: text += this.escape(0xd800 + r.below(0x800)); break;
        case 5: text += this.scalar(0x80, 0x800); break;
        case 6: text += this.scalar(0x800, 0x10000); break;
        case 7: text += this.scalar(0x10000, 0x110000); break;
        case 8: text += r.pick(["\u007f", "\u0080", "\u009f", "\u2028", "\u2029", "\ufeff", "\ufffd", "\uffff", "\u{10ffff}",
          "\ud7ff", "\ue000"]); break;
        default: text += r.pick([..."abcdefgXYZ 0123456789/{}[],:'<>&=-_"]);
      }
    }
    return text + '"';
  }

  scalar(from, to) {
    let scalar = from + this.random.below(to - from);
    if (scalar >= 0xd800 && scalar < 0xe000) scalar -= 0x2000;
    return String.fromCodePoint(scalar);
  }

  // Numbers: near every edge of doubles and of their printing.

  number() {
    const r = this.random;
    const sign = r.chance(25) ? "-" : "";
    switch (r.below(14)) {
      case 0: return sign + r.below(10);
      case 1: return sign + r.next();
      case 2: return sign + this.digits(1 + r.below(25), true);
      case 3: return sign + this.digits(1 + r.below(20), true) + "." + this.digits(1 + r.below(25));
      case 4: return sign + this.digits(1 + r.below(20), true) + this.exponent(r.below(50));
      case 5: return sign + this.digits(1 + r.below(3), true) + "." + this.digits(1 + r.below(25)) + this.exponent(r.below(360));
      case 6: return sign + "0." + "0".repeat(r.below(30)) + this.digits(1 + r.below(20));
      case 7: return sign + this.digits(1 + r.below(8), true) + "0".repeat(r.below(30)) + (r.chance(30) ? ".0" : "");
      case 8: return this.printed(this.double());
      case 9: return this.printed(this.double());
      case 10: return this.middle();
      case 11: return sign + r.pick(["0", "0.0", "0e0", "0E-9", "1e21", "1e20", "999999999999999999999", "1e400", "1e-400",
        "0e999999999999999999999", "1e99999999999999999999", "1e-99999999999999999999", "9007199254740993",
        "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "5e-324", "2.4703282292062327e-324",
        "2.4703282292062328e-324", "2.2250738585072011e-308", "123456789012345680000", "0.000001", "0.0000001",
        "0.00000123", "1E+2", "100.00", "4.35", "0.1", "0.30000000000000004", "1e23", "8.5e22"]);
      case 12: return sign + this.digits(20 + r.below(r.chance(5) ? 3000 : 60), true) + this.exponent(r.below(700));
      default: {
        const zeros = r.below(r.chance(5) ? 2000 : 40);
        return sign + (r.chance(50)
          ? "0." + "0".repeat(zeros) + this.digits(1 + r.below(20)) + "e+" + (zeros + r.below(30))
          : this.digits(1 + r.below(20), true) + "0".repeat(zeros) + "e-" + (zeros + r.below(30)));
      }
    }
  }

  digits(count, isInteger = false) {
    let text = "";
    while (text.length < count) text += String(this.random.next()).slice(-9);
    text = text.slice(0, count);
    return isInteger && count > 1 ? text.replace(/^0/, "1") : text;
  }

  exponent(limit) {
    return this.random.pick(["e", "E"]) + this.random.pick(["", "+", "-"]) + (this.random.chance(10) ? "0" : "") + limit;
  }

  /** A finite double: any bits, a power of two or next to one, or one with few bits set. */
  double() {
    const r = this.random;
    do {
      switch (r.below(4)) {
        case 0: bits[0] = (BigInt(r.below(2047)) << 52n) + BigInt(r.below(3) - 1) + 1n; break;
        case 1: float[0] = r.next() * 2 ** (r.below(200) - 100); break;
        default: bits[0] = (BigInt(r.next()) << 32n) | BigInt(r.next());
      }
    } while (!Number.isFinite(float[0]));
    return float[0];
  }

  printed(value) {
    const r = this.random;
    switch (r.below(5)) {
      case 0: return value.toExponential(r.below(21));
      case 1: return value.toPrecision(1 + r.below(21));
      case 2: return value.toPrecision(17);
      default: return String(value);
    }
  }

  /** The exact middle between two neighbouring doubles, or a text that differs from it late. */
  middle() {
    const r = this.random;
    float[0] = Math.abs(this.double());
    const exponent = Number(bits[0] >> 52n) || 1;
    const fraction = (bits[0] & 0xfffffffffffffn) + (bits[0] >> 52n ? 1n << 52n : 0n);
    const odd = fraction * 2n + 1n;
    const power = exponent - 1076;
    let digits = power >= 0 ? String(odd << BigInt(power)) : String(odd * 5n ** BigInt(-power));
    const scale = power >= 0 ? 0 : power;
    switch (r.below(4)) {
      case 0: digits = String(BigInt(digits) - 1n); break;
      case 1: return digits + ".".concat("0".repeat(r.below(50)), "1") + "e" + scale;
      case 2: return digits[0] + "." + digits.slice(1) + "0e" + (digits.length - 1 + scale);
      default: break;
    }
    return digits + "e" + scale;
  }

  // Hostile shapes.

  deep() {
    const r = this.random;
    const depth = r.pick([100, 510, 511, 512, 513, 514, 1000, 3000]) + r.below(2);
    let opening = "";
    let closing = "";
    for (let i = 0; i < depth; i++) {
      if (r.chance(50)) {
        opening += "[";
        closing = "]" + closing;
      } else {
        opening += '{"a":';
        closing = "}" + closing;
      }
    }
    const text = opening + this.number() + closing;
    return r.chance(20) ? text.slice(0, -1 - r.below(depth)) : text;
  }

  /** An object of many members. */
  wide() {
    const r = this.random;
    const members = [];
    const range = r.pick([50, 1000, 1000000]);
    for (let i = r.pick([15, 16, 17, 33, 500, 3000]); i > 0; i--) {
      members.push(`"${r.pick(["", "k", "0"])}${r.below(range)}":${r.below(10)}`);
    }
    return "{" + members.join(",") + "}";
  }

  /** A text with some characters lost, doubled, swapped or put in. */
  spoilt(text) {
    const r = this.random;
    const characters = [...text];
    for (let i = 1 + r.below(3); i > 0; i--) {
      const at = r.below(characters.length + 1);
      switch (r.below(5)) {
        case 0: characters.splice(at, 1); break;
        case 1: characters.splice(at, r.below(characters.length - at + 1)); break;
        case 2: characters.splice(at, 0, characters[r.below(characters.length)] ?? "0"); break;
        case 3:
          characters.splice(at, 1, r.pick([..."{}[],:\"\\/'0123456789+-.eEutfnNaI\u0000\u0001\u001f\u007f\u00a0\ufeff\u2028\v\f"]));
          break;
        default:
          characters.splice(at, 0, r.pick(["null", "NaN", "Infinity", "-", "--1", "01", "1.", ".5", "1e", "1e+", "0x10", "+1",
            "tru", "True", "//", "/**/", "\\u12", "\\x41", "\\u{41}", "\\ud800", ",", ",,", "[]", "{}", "\"", "'a'", "\u2029",
            "undefined", "1n", "1_0", "\ufeff"]));
      }
    }
    return characters.join("").replaceAll("\n", " ");
  }

  /** Bytes that often are no UTF-8. */
  spoiltBytes(bytes) {
    const r = this.random;
    for (let i = 1 + r.below(2); i > 0 && bytes.length > 0; i--) {
      const at = r.below(bytes.length);
      const put = r.pick([[0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xe0, 0x80, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80],
        [0xed, 0xbf, 0xbf], [0xef, 0xbf, 0xbe], [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5], [0xfe], [0xff],
        [r.below(256)], [0xf0, 0x9f, 0x98, 0x80], [0xef, 0xbb, 0xbf]]);
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + r.below(3))]);
    }
    return Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0x20 : byte)));
  }
}

module.exports = { Documents, Random };
