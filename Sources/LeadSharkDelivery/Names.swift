#if Server
/// The name of a webhook endpoint: the last part of its path, and part of every event's identity.
///
/// One to 64 characters out of `a-z`, `0-9` and `-`.
public struct WebhookName: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name's text.
    public let text: String

    /// The name of the one webhook that most set-ups have.
    public static let leadshark = Self(unchecked: "leadshark")

    /// Checks a name; `nil` when it is none.
    public init?(_ text: String) {
        guard NameSyntax.isValid(text) else { return nil }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// The name's text.
    public var description: String { text }
}

/// The name of a handler: with the event it makes a delivery, so it has to stay the same from one start to the next.
///
/// One to 64 characters out of `a-z`, `0-9` and `-`.
public struct HandlerName: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name's text.
    public let text: String

    /// Checks a name; `nil` when it is none.
    public init?(_ text: String) {
        guard NameSyntax.isValid(text) else { return nil }
        self.text = text
    }

    /// The name's text.
    public var description: String { text }
}

extension HandlerName: ExpressibleByStringLiteral {
    /// Takes a name that stands in the source; one that is none stops the program where it stands.
    public init(stringLiteral text: String) {
        precondition(NameSyntax.isValid(text), "a handler's name has 1 to 64 characters out of a-z, 0-9 and -")
        self.text = text
    }
}

/// What both names have in common.
package enum NameSyntax {
    package static let maximumLength = 64

    package static func isValid(_ text: String) -> Bool {
        (1...maximumLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }
}
#endif
