#if Server
import FoundationEssentials

/// The URL of a webhook endpoint, as one enters it in LeadShark's dashboard.
public struct EndpointURL: Hashable, Sendable, CustomStringConvertible {
    /// The URL as it was written.
    public let text: String
    /// Whether it is `https`.
    public let isSecure: Bool
    /// The host's name or address, the brackets of an IPv6 address left out.
    public let host: String
    /// The port, written or implied.
    public let port: Int
    /// The path, empty if there is none.
    public let path: String
    /// The query, without its question mark.
    public let query: String?

    private let portText: String

    /// Reads a URL.
    public init(_ text: String) throws(EndpointURLError) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw EndpointURLError(.malformed)
        }
        guard text.contains("://") else { throw EndpointURLError(.missingScheme) }
        guard let parts = URLComponents(string: text) else { throw EndpointURLError(.malformed) }
        guard let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw EndpointURLError(.unsupportedScheme)
        }
        guard parts.user == nil, parts.password == nil else { throw EndpointURLError(.userInfo) }
        guard var host = parts.host, !host.isEmpty else { throw EndpointURLError(.missingHost) }
        guard parts.fragment == nil else { throw EndpointURLError(.fragment) }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        isSecure = scheme == "https"
        port = parts.port ?? (isSecure ? 443 : 80)
        guard (1...65_535).contains(port) else { throw EndpointURLError(.malformed) }
        self.text = text
        self.host = host
        self.path = parts.percentEncodedPath
        self.query = parts.percentEncodedQuery
        self.portText = parts.port.map { ":\($0)" } ?? ""
    }

    /// The URL without its query, which may hold a secret.
    public var description: String {
        "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host)\(portText)\(path)"
    }

    /// The URL with something added to its query.
    func adding(query addition: String) -> String {
        text + (query == nil ? "?" : query == "" ? "" : "&") + addition
    }
}
#endif
