/// A JSON text that was checked as a whole, and where its values stand in it.
///
/// The nodes lie in one flat array in the order of the text: an array is followed by its elements, an object by its
/// members, each a name and a value. Nothing is copied out of the text until somebody asks for it. The outermost value is
/// node 0.
struct JSONDocument: ~Copyable, Sendable {
    let bytes: [UInt8]
    let nodes: JSONNodes

    /// Checks and indexes a text.
    init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self.nodes = try JSONScanner.nodes(of: bytes.span, limits: limits)
        self.bytes = bytes
    }

    /// Checks and indexes a webhook's payload: as ``init(parsing:limits:)``, but for a byte order mark, which is passed over.
    init(payload: [UInt8]) throws(JSONError) {
        guard payload.count >= 3, payload[0] == 0xef, payload[1] == 0xbb, payload[2] == 0xbf else {
            try self.init(parsing: payload)
            return
        }
        try self.init(parsing: [UInt8](payload.dropFirst(3)))
    }

    /// The outermost value.
    var root: JSONNode { nodes[0] }

    /// The value of a string. A lone surrogate, which a `String` cannot hold, comes out as one U+FFFD.
    @inline(__always)
    func text(of node: JSONNode) -> String? {
        guard node.kind == .string else { return nil }
        return node.isEscaped ? unescapedText(node) : copy(node)
    }

    /// The text of a number.
    func numberText(of node: JSONNode) -> String? {
        node.kind == .number ? copy(node) : nil
    }

    /// The value as a tree of its own.
    func value(at index: Int = 0) -> JSONValue { JSONTree.value(of: self, at: index) }

    /// Lends the bytes of a node of this document.
    @inline(__always)
    func lend<Result>(_ node: JSONNode, _ body: (Span<UInt8>) -> Result) -> Result {
        // The scanner has set the node's bounds, within the text.
        body(unsafe bytes.span.extracting(unchecked: node.range))
    }

    @inline(never)
    private func unescapedText(_ node: JSONNode) -> String {
        JSONUnescaping.text(of: JSONUnescaping.bytes(of: bytes[node.range]))
    }

    private func copy(_ node: JSONNode) -> String {
        lend(node) { text in
            // The scanner has found the whole text to be UTF-8, and no character goes beyond a string or a number.
            unsafe String(copying: UTF8Span(unchecked: text, isKnownASCII: node.isASCII))
        }
    }
}
