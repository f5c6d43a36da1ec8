/// A JSON value that keeps what the text said: the order of an object's members, duplicates among them, and the text of
/// its numbers.
public enum JSONValue: Sendable, Hashable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number, as its text.
    case number(JSONNumber)
    /// A string.
    case string(JSONString)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)

    /// Parses a text as RFC 8259 defines it: one value, nothing before or after it but blanks, no byte order mark.
    ///
    /// - Throws: ``JSONError``.
    public init(parsing text: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self = try JSONDocument(parsing: text, limits: limits).value()
    }

    /// What an object holds under a name: of several members of that name the last, as in JavaScript. `nil` when there is
    /// none, or this is no object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    /// The text of a string; `nil` for anything else.
    public var text: String? {
        guard case .string(let string) = self else { return nil }
        return string.text
    }
}

/// A JSON number: the text that stood there, to be read as what it is needed for.
public struct JSONNumber: Sendable, Hashable {
    /// The text, e.g. `1e3` or `9007199254740993`.
    public let text: String

    init(unchecked text: String) { self.text = text }

    /// The value, when the text is an integer in plain digits that fits.
    public var integer: Int64? { Int64(text) }

    /// The nearest floating-point number.
    public var double: Double { Double(text) ?? .nan }
}

/// A JSON string, compared byte by byte and not by Unicode's equivalence, under which two names could become one.
public struct JSONString: Sendable, Hashable {
    /// WTF-8: UTF-8, with a lone surrogate in the three bytes that UTF-8 would give it.
    let wtf8: [UInt8]

    init(wtf8: [UInt8]) { self.wtf8 = wtf8 }

    /// Makes a string.
    public init(_ text: String) { wtf8 = Array(text.utf8) }

    /// The text. A lone surrogate, which a `String` cannot hold, comes out as one U+FFFD.
    public var text: String { JSONUnescaping.text(of: wtf8) }
}

/// A JSON object: its members in the order of the text.
public struct JSONObject: Sendable, Hashable {
    /// A name and its value.
    public struct Member: Sendable, Hashable {
        /// The name.
        public let name: JSONString
        /// The value.
        public let value: JSONValue
    }

    /// The members in the order of the text, duplicates among them.
    public let members: [Member]

    /// The value under a name: of several the last, as in JavaScript.
    public subscript(name: String) -> JSONValue? {
        let name = JSONString(name)
        return members.last { $0.name == name }?.value
    }
}
