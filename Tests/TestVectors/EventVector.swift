package import LeadSharkWebhooks

/// One case of `events.json`: a payload, and what is read out of it.
package struct EventVector: Sendable, CustomStringConvertible {
    package let description: String
    package let payload: [UInt8]
    package let result: Result

    package enum Result: Sendable {
        /// The fields, by the names that LeadShark gives them.
        case event(JSONValue)
        /// The code of the error and, where the vector tells it, its message.
        case error(code: String, message: String?)
    }

    /// All cases of the file; none when it cannot be read, which the tests of the vectors themselves notice.
    package static let all: [EventVector] = (try? load()) ?? []

    package static func load() throws -> [EventVector] { try VectorFile.entries("events").map(Self.init) }

    private init(_ entry: JSONValue) throws {
        description = try entry.required("description")
        payload = try entry.bytes("payload")
        if let event = entry["event"] {
            result = .event(event)
        } else if let error = entry["error"] {
            result = .error(code: try error.required("code"), message: error["message"]?.text)
        } else {
            throw VectorFile.Malformed(name: "event")
        }
    }
}
