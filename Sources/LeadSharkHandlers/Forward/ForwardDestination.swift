#if Server
import FoundationEssentials

/// Where events are forwarded to, checked.
struct ForwardDestination: Sendable {
    /// The URL as the operator wrote it. Its path and query may be secrets: never shown.
    let url: String
    /// What may be shown of it: scheme, host and port.
    let origin: String
    /// The operator's own headers.
    let headers: [(name: String, value: String)]

    /// The names that the handler, or HTTP itself, takes care of.
    static let reservedNames: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "host", "idempotency-key",
        "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "x-webhook-event", "x-webhook-signature",
    ]

    init(url: String, headers: [(name: String, value: String)]) throws(ForwardError) {
        guard url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let parts = URLComponents(string: url) else {
            throw ForwardError(.malformedURL, message: "the URL to forward to cannot be read")
        }
        guard let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw ForwardError(
                .unsupportedScheme, message: "the URL to forward to has to begin with http:// or https://")
        }
        guard parts.user == nil, parts.password == nil else {
            throw ForwardError(
                .userInfoInURL,
                message: "the URL to forward to holds a user or password; send an Authorization header instead")
        }
        guard let host = parts.host, !host.isEmpty, parts.fragment == nil, (1...65_535).contains(parts.port ?? 1)
        else {
            throw ForwardError(
                .malformedURL,
                message: "the URL to forward to needs a host, a port of 1 to 65535 if any, and no fragment")
        }
        for (name, value) in headers { try Self.check(name, value) }
        self.url = url
        self.origin = "\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
        self.headers = headers
    }

    private static func check(_ name: String, _ value: String) throws(ForwardError) {
        guard HeaderSyntax.isToken(name) else {
            throw ForwardError(
                .malformedHeader, message: "a header to forward with has a name that HTTP does not allow")
        }
        guard !reservedNames.contains(name.lowercased()) else {
            throw ForwardError(
                .reservedHeader, message: "the header \(name) is set by the handler and cannot be given")
        }
        guard HeaderSyntax.isValue(value) else {
            throw ForwardError(.malformedHeader, message: "the header \(name) has a value that HTTP does not allow")
        }
    }
}
#endif
