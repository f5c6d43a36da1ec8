#if Server
import NIOCore
import NIOHTTP1

/// How far the parser is in a request, seen from outside.
///
/// The parser does not say whether it holds the beginning of a next head. So its input is cut where a head can end, and
/// where a body of an announced length does: then a byte after a request is the first of the next head. Not so after a
/// chunked body, where following the chunks would cost more than it tells: a head that begins there counts from what
/// comes next.
struct ParserProgress {
    /// How many bytes stand before the end of the current head, the blank lines before it included.
    private(set) var headByteCount = 0
    private var isInRequest = false
    /// What is still to come of a body whose length was announced.
    private var remainingByteCount: Int?
    /// How many bytes of `\n\r\n` came last.
    private var matchedByteCount = 0

    /// Whether the parser holds a part of a head.
    var holdsHead: Bool { !isInRequest && headByteCount > 0 }

    /// How many of these bytes the parser may be given at once; 0 when the head is too long.
    mutating func cut(_ bytes: ByteBufferView, maximumHeadByteCount: Int) -> Int {
        guard !isInRequest else {
            guard let remainingByteCount, remainingByteCount > 0 else { return bytes.count }
            return min(remainingByteCount, bytes.count)
        }
        let maximum = min(bytes.count, maximumHeadByteCount - headByteCount)
        var count = 0
        for byte in bytes.prefix(max(0, maximum)) {
            count += 1
            switch (matchedByteCount, byte) {
            case (2, 0x0a):
                matchedByteCount = 1
                return count
            case (_, 0x0a): matchedByteCount = 1
            case (1, 0x0d): matchedByteCount = 2
            default: matchedByteCount = 0
            }
        }
        return count
    }

    /// The parser is about to be given these bytes.
    mutating func pass(byteCount: Int) {
        if !isInRequest { headByteCount += byteCount }
        if let remaining = remainingByteCount { remainingByteCount = remaining - byteCount }
    }

    /// The parser gave this.
    mutating func note(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            isInRequest = true
            remainingByteCount = head.headers.first(name: "Content-Length").flatMap { Int($0) }
        case .body:
            break
        case .end:
            self = ParserProgress()
        }
    }
}
#endif
