/// A place in a document.
struct JSONElement: Sendable {
    let document: JSONDocument
    let index: Int

    private var node: JSONNode { document.nodes[index] }

    /// What stands here.
    var kind: JSONKind { node.kind }

    /// The value of a string. A lone surrogate, which a `String` cannot hold, comes out as one U+FFFD.
    var text: String? {
        guard node.kind == .string else { return nil }
        guard node.isEscaped else { return String(decoding: slice, as: UTF8.self) }
        return JSONUnescaping.text(of: JSONUnescaping.bytes(of: slice))
    }

    /// The text of a number.
    var numberText: String? {
        node.kind == .number ? String(decoding: slice, as: UTF8.self) : nil
    }

    /// The value of `true` and `false`.
    var boolean: Bool? {
        switch node.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// What an object holds under a name.
    enum Lookup {
        /// No member of this name (or no object).
        case absent
        /// One member of this name.
        case sole(JSONElement)
        /// Several members of this name; the last one is what a JavaScript engine would see.
        case repeated(last: JSONElement)

        /// What a JavaScript engine would see.
        var element: JSONElement? {
            switch self {
            case .absent: nil
            case .sole(let element), .repeated(let element): element
            }
        }
    }

    /// Looks up a member of an object.
    func lookUp(_ name: StaticString) -> Lookup {
        guard node.kind == .object else { return .absent }
        var found: JSONElement?
        var isRepeated = false
        var position = index + 1
        let end = Int(node.next)
        while position < end {
            if JSONElement(document: document, index: position).isNamed(name) {
                isRepeated = found != nil
                found = JSONElement(document: document, index: position + 1)
            }
            position = Int(document.nodes[position + 1].next)
        }
        guard let found else { return .absent }
        return isRepeated ? .repeated(last: found) : .sole(found)
    }

    /// The value as a tree of its own.
    var value: JSONValue { JSONTree.value(of: document, at: index) }

    private var slice: ArraySlice<UInt8> { document.bytes[Int(node.start)..<Int(node.end)] }

    private func isNamed(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { wanted in
            guard node.isEscaped else { return unsafe slice.elementsEqual(wanted) }
            return unsafe JSONUnescaping.bytes(of: slice).elementsEqual(wanted)
        }
    }
}
