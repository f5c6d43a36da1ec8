/// The place of a value, for a message.
///
/// A name is shown only if it looks like one of the vendor's (`linkedin_url`): a name that a stranger chose may be
/// personal data.
enum JSONPath {
    enum Step {
        case member(bytes: [UInt8])
        case element
        /// At the opening bracket, before any member or element.
        case inside
    }

    static func text(_ steps: [Step]) -> String {
        var path = "$"
        for step in steps.prefix(16) {
            switch step {
            case .member(let bytes): path += "." + shown(bytes)
            case .element: path += "[*]"
            case .inside: break
            }
        }
        return steps.count > 16 ? path + "…" : path
    }

    static func shown(_ name: [UInt8]) -> String {
        let looksLikeTheVendors =
            (1...32).contains(name.count)
            && name.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") }
        return looksLikeTheVendors ? String(decoding: name, as: UTF8.self) : "*"
    }
}

extension JSONError {
    /// What a byte is, without saying which: the text may be personal data.
    static func phrase(for byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","),
            UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
            "'\(Character(Unicode.Scalar(byte)))'"
        case 0x00..<0x20, 0x7f: "a control character"
        case UInt8(ascii: "0")...UInt8(ascii: "9"): "a digit"
        case 0x80...: "a byte beyond ASCII"
        default: "another character"
        }
    }
}
