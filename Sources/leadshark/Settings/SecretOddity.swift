#if Server
import LeadSharkWebhooks

/// What a template, a paste or haste leaves in a secret. A secret is never changed for it: this only lets somebody be told.
enum SecretOddity: Hashable, CaseIterable {
    /// It is what the template has in a secret's place.
    case placeholder
    /// It has quotation marks around it.
    case quoted
    /// It begins with a variable's name and an equals sign.
    case named
    /// Whoever has one signed event can find it by trying.
    case short

    /// What a secret should have at least, in bytes.
    static let minimumByteCount = 16
    /// What the template and the documentation have in a secret's place.
    static let placeholderText = "…"

    /// What is odd about a secret.
    static func all(in secret: String) -> [SecretOddity] {
        let text = secret.drop(while: \.isWhitespace)
        let bare = text.filter { !$0.isWhitespace && !isQuote($0) }
        if !bare.isEmpty, bare.allSatisfy({ $0 == "…" || $0 == "." }) { return [.placeholder] }
        var oddities: [SecretOddity] = []
        if let first = text.first, isQuote(first), text.count > 2, text.last(where: { !$0.isWhitespace }) == first {
            oddities.append(.quoted)
        }
        if beginsWithName(text) { oddities.append(.named) }
        if secret.utf8.count < minimumByteCount { oddities.append(.short) }
        return oddities
    }

    /// The oddity, to follow the name of the place where the secret is.
    var clause: String {
        switch self {
        case .placeholder:
            "holds the placeholder of the template, and no secret; put there what LeadShark's dashboard shows"
        case .quoted:
            "has quotation marks around it that are used as part of the secret, which is rarely what LeadShark shows"
        case .named:
            "begins with a name and an equals sign that are used as part of the secret, which is rarely what LeadShark "
                + "shows"
        case .short:
            "is shorter than \(Self.minimumByteCount) bytes; whoever gets hold of one signed event can find it by trying"
        }
    }

    private static func isQuote(_ character: Character) -> Bool { "\"'`".contains(character) }

    /// `LEADSHARK_WEBHOOK_SECRET=…`, `export SECRET=…`; but not base64, whose equals signs stand at its end.
    private static func beginsWithName(_ text: Substring) -> Bool {
        let text = text.hasPrefix("export ") ? text.dropFirst(7) : text
        guard let sign = text.firstIndex(of: "="), let first = text.first, first.isUppercase else { return false }
        let name = text[..<sign]
        let isName = name.utf8.allSatisfy {
            (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
        }
        return isName && text[sign...].contains { $0 != "=" && !$0.isWhitespace }
    }
}
#endif
