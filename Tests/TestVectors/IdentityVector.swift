import LeadSharkWebhooks

/// One case of `identity.json`: a payload, and which event it is.
package struct IdentityVector: Sendable, CustomStringConvertible {
    package let description: String
    package let webhook: String
    package let payload: [UInt8]
    package let type: String?
    package let identity: String

    /// All cases of the file; none when it cannot be read, which the tests of the vectors themselves notice.
    package static let all: [IdentityVector] = (try? load()) ?? []

    package static func load() throws -> [IdentityVector] { try VectorFile.entries("identity").map(Self.init) }

    private init(_ entry: JSONValue) throws {
        description = try entry.required("description")
        webhook = try entry.required("webhook")
        payload = try entry.bytes("payload")
        type = entry["type"]?.text
        identity = try entry.required("identity")
    }
}
