#if Server
/// A host and a port to listen on.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, without brackets: `127.0.0.1`, `::1`, `localhost`.
    public var host: String
    /// The port; 0 lets the system choose a free one.
    public var port: Int

    /// Makes an address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, an IPv6 address in brackets: `127.0.0.1:8080`, `[::1]:8080`. `nil` for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            (0...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The address as it is written.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Where a receiver listens, once it does.
public struct ReceiverAddresses: Sendable, Hashable {
    /// Where webhooks arrive, with the real port.
    public var webhooks: ListenAddress
    /// Where the health checks are, with the real port.
    public var admin: ListenAddress?
    /// The operator's control socket.
    public var controlSocketPath: String?
}
#endif
