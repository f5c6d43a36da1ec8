#if Server
/// Where an address or a name can be reached from.
enum AddressScope: Sendable, Hashable {
    /// From this machine alone.
    case loopback
    /// From a private network alone.
    case `private`
    /// From anywhere, as far as the address tells.
    case `public`

    /// Judges an address in its usual text form; `nil` when the text is none.
    init?(address text: String) {
        let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        if bytes.count == 4, let first = bytes[0], let second = bytes[1], bytes[2] != nil, bytes[3] != nil {
            self.init(first, second)
            return
        }
        guard text.contains(":") else { return nil }
        let lowered = text.lowercased()
        if lowered.hasPrefix("::ffff:"), let mapped = Self(address: String(lowered.dropFirst(7))) {
            self = mapped
            return
        }
        if lowered == "::1" || lowered == "::" {
            self = .loopback
            return
        }
        switch UInt16(lowered.prefix { $0 != ":" }, radix: 16) ?? 0 {
        case 0xfc00...0xfdff, 0xfe80...0xfebf: self = .private
        default: self = .public
        }
    }

    /// Judges a host's name by its ending; `nil` when that says nothing.
    init?(name: String) {
        let name = name.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") {
            self = .loopback
        } else if [".local", ".internal", ".lan", ".home.arpa"].contains(where: name.hasSuffix)
            || !name.contains(".")
        {
            self = .private
        } else {
            return nil
        }
    }

    private init(_ first: UInt8, _ second: UInt8) {
        switch (first, second) {
        case (127, _), (0, _): self = .loopback
        case (10, _), (172, 16...31), (192, 168), (169, 254), (100, 64...127): self = .private
        default: self = .public
        }
    }

    /// What to tell a user whose endpoint is there.
    var finding: DoctorCheck.Finding? {
        let remedy = "give LeadShark a public URL: a server with a public name, or a tunnel to this one"
        return switch self {
        case .loopback:
            .init("it is this machine alone: LeadShark cannot reach it from the internet", remedy: remedy)
        case .private: .init("it is a private network: LeadShark cannot reach it from the internet", remedy: remedy)
        case .public: nil
        }
    }
}
#endif
