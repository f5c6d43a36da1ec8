import LeadSharkWebhooks

/// One case of `timestamps.json`: a text, and the instant that it means, if any.
package struct TimestampVector: Sendable, CustomStringConvertible {
    package let text: String
    /// Seconds since 1970, as the nearest double; `nil` when the text is refused.
    package let instant: Double?
    /// Why it is refused.
    package let refused: String?

    package var description: String { "\(text.prefix(60))" + (refused.map { ": \($0)" } ?? "") }

    /// All cases of the file; none when it cannot be read, which the tests of the vectors themselves notice.
    package static let all: [TimestampVector] = (try? load()) ?? []

    package static func load() throws -> [TimestampVector] { try VectorFile.entries("timestamps").map(Self.init) }

    private init(_ entry: JSONValue) throws {
        text = try entry.required("text")
        refused = entry["refused"]?.text
        instant = refused == nil ? Double(try entry.required("instant")) : nil
        guard (refused == nil) == (instant != nil) else { throw VectorFile.Malformed(name: "instant") }
    }
}
