import LeadSharkWebhooks

/// One case of `diagnosis.json`: a request that does not fit, and why.
package struct DiagnosisVector: Sendable, CustomStringConvertible {
    package struct Secrets: Sendable {
        package let name: String
        package let current: String
        package let previous: String?
        package let retired: [String]
    }

    package let description: String
    package let own: Secrets
    package let others: [Secrets]
    package let body: [UInt8]
    package let signatures: [String]
    package let findings: [String]
    package let certainty: String

    /// All cases of the file; none when it cannot be read, which the tests of the vectors themselves notice.
    package static let all: [DiagnosisVector] = (try? load()) ?? []

    package static func load() throws -> [DiagnosisVector] { try VectorFile.entries("diagnosis").map(Self.init) }

    private init(_ entry: JSONValue) throws {
        description = try entry.required("description")
        own = Secrets(
            name: "crm", current: try entry.required("secret"), previous: entry["previousSecret"]?.text,
            retired: try entry.texts("retired"))
        others = try entry.elements("others").map {
            Secrets(
                name: try $0.required("name"), current: try $0.required("secret"),
                previous: $0["previousSecret"]?.text, retired: [])
        }
        body = try entry.bytes("body")
        signatures = try entry.texts("signatures")
        findings = try entry.texts("findings")
        certainty = try entry.required("certainty")
    }
}
