#if Server
/// An address to listen at: `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`.
struct HostPort: Hashable, Sendable, CustomStringConvertible {
    /// The host, without brackets.
    let host: String
    /// The port; 0 lets the system choose.
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads an address.
    ///
    /// - Throws: ``Malformed``.
    init(_ text: String) throws(Malformed) {
        let scalars = text.utf8
        if let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) {
            throw Malformed("is a URL; leave out \(scheme)")
        }
        if !scalars.isEmpty, scalars.allSatisfy({ (0x30...0x39).contains($0) }) { throw Malformed("has no host") }
        let host: Substring
        let rest: Substring
        if scalars.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: "]") else { throw Malformed("has a [ without a ]") }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard host.contains(":"), host.utf8.allSatisfy(Self.isIPv6) else {
                throw Malformed("has no IPv6 address in its brackets")
            }
        } else {
            guard let colon = text.firstIndex(of: ":") else { throw Malformed("has no port") }
            host = text[..<colon]
            rest = text[colon...]
            if rest.dropFirst().contains(":") {
                throw Malformed("has several colons; put an IPv6 address in brackets")
            }
            guard !host.isEmpty else { throw Malformed("has no host") }
            guard host.utf8.allSatisfy(Self.isName) else { throw Malformed("has no valid host") }
        }
        guard rest.utf8.first == UInt8(ascii: ":"), rest.utf8.count > 1 else { throw Malformed("has no port") }
        let digits = rest.dropFirst()
        guard digits.utf8.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65_535
        else { throw Malformed("has no port between 0 and 65535") }
        self.host = String(host)
        self.port = port
    }

    /// What is wrong with an address, as the rest of a sentence.
    struct Malformed: Error, Hashable {
        let reason: String
        init(_ reason: String) { self.reason = reason + "; write HOST:PORT, as 127.0.0.1:8080 or [::1]:8080" }
    }

    /// The address as it is written.
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isIPv6(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension SettingsSource {
    /// An address to listen at.
    func address(_ name: SettingName, flag: String?, default fallback: HostPort) throws -> Sourced<HostPort> {
        guard let setting = try text(name, flag: flag) else {
            return Sourced(value: fallback, name: name, origin: .defaultValue)
        }
        do throws(HostPort.Malformed) {
            let address = try HostPort(setting.value)
            return setting.map { _ in address }
        } catch {
            // What looks like a URL may hold a password.
            let isShown = !setting.value.contains("/") && !setting.value.contains("@")
            let shown = isShown ? VisibleText.line(setting.value.prefix(200)) : "the value"
            throw setting.refusal("\(shown) \(error.reason)")
        }
    }
}
#endif
