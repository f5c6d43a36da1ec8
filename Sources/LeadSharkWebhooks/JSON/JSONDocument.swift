/// A JSON text that was checked as a whole, and where its values stand in it.
///
/// The nodes lie in one flat array in the order of the text: an array is followed by its elements, an object by its
/// members, each a name and a value. Nothing is copied out of the text until somebody asks for it. A class, so that a
/// place in it (``JSONElement``) costs one reference.
final class JSONDocument: Sendable {
    let bytes: [UInt8]
    let nodes: [JSONNode]

    /// The outermost value.
    var root: JSONElement { JSONElement(document: self, index: 0) }

    /// Checks and indexes a text.
    init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var scanner = JSONScanner(limits: limits)
        try scanner.scan(bytes.span)
        self.bytes = bytes
        self.nodes = scanner.nodes
    }

    /// Checks and indexes a webhook's payload: as ``init(parsing:limits:)``, but for a byte order mark, which is passed over.
    convenience init(payload: [UInt8]) throws(JSONError) {
        guard payload.starts(with: [0xef, 0xbb, 0xbf]) else {
            try self.init(parsing: payload)
            return
        }
        try self.init(parsing: [UInt8](payload.dropFirst(3)))
    }
}
