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

    /// What the open arrays and objects, outermost first, are working on: a member's name, or an element.
    static func steps(to open: [Int], in nodes: borrowing JSONNodes, of text: Span<UInt8>) -> [Step] {
        var steps: [Step] = []
        for level in open.indices {
            let container = open[level]
            let isInnermost = level + 1 == open.count
            let child = isInnermost ? nodes.count - 1 : open[level + 1]
            if child <= container {
                steps.append(.inside)
            } else if nodes[container].kind == .object {
                // The name stands before the child, unless the child is the name.
                let name = nodes[isInnermost ? lastName(of: container, in: nodes) : child - 1]
                steps.append(.member(bytes: name.range.map { text[$0] }))
            } else {
                steps.append(.element)
            }
        }
        return steps
    }

    /// The number of the node that holds the last name of an object that has one.
    private static func lastName(of container: Int, in nodes: borrowing JSONNodes) -> Int {
        var name = container + 1
        while name + 1 < nodes.count, Int(nodes[name + 1].next) < nodes.count { name = Int(nodes[name + 1].next) }
        return name
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
