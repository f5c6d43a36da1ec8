#if Server
import NIOHTTP1

/// What the guard has to know of a request's head, gathered in one pass over its fields.
struct HeadFacts {
    enum Expectation { case none, proceed, other }

    /// The announced length; more than any limit when the number is too large for us.
    private(set) var contentLength = 0
    private(set) var isChunked = false
    /// Whether the body comes in another coding than `chunked`, or in several.
    private(set) var hasOtherCoding = false
    private(set) var expectation = Expectation.none
    private(set) var hostCount = 0
    private(set) var hasEmptyHost = false
    private(set) var hasUpgrade = false

    /// Whether a body follows the head.
    var hasBody: Bool { isChunked || contentLength > 0 }

    init(_ head: HTTPRequestHead) {
        for (name, value) in head.headers {
            // The lengths differ, so most fields cost one comparison of numbers.
            switch name.utf8.count {
            case 4 where Self.equal(name, "host"):
                hostCount += 1
                if value.isEmpty { hasEmptyHost = true }
            case 6 where Self.equal(name, "expect"):
                expectation = Self.equal(value, "100-continue") && expectation == .none ? .proceed : .other
            case 7 where Self.equal(name, "upgrade"):
                hasUpgrade = true
            case 14 where Self.equal(name, "content-length"):
                contentLength = Int(value) ?? .max
            case 17 where Self.equal(name, "transfer-encoding"):
                hasOtherCoding = hasOtherCoding || isChunked || !Self.equal(value, "chunked")
                isChunked = true
            default:
                break
            }
        }
    }

    /// Whether the connection may be used for another request. After an `Upgrade` or `CONNECT` the parser reads no
    /// further, but would keep on storing what comes.
    func allowsAnotherRequest(after head: HTTPRequestHead) -> Bool {
        !hasUpgrade && head.method != .CONNECT && head.version == .http1_1 && head.isKeepAlive
    }

    /// What is wrong with the head, whatever it asks for.
    func fault(of head: HTTPRequestHead) -> Refusal? {
        if hostCount > 1 || hasEmptyHost || (hostCount == 0 && head.version == .http1_1) { return .missingHost }
        if hasOtherCoding || isChunked && head.version != .http1_1 { return .malformedRequest }
        if expectation == .other { return .unknownExpectation }
        return nil
    }

    private static func equal(_ text: String, _ lowercase: StaticString) -> Bool {
        guard text.utf8.count == lowercase.utf8CodeUnitCount else { return false }
        var index = 0
        for byte in text.utf8 {
            let folded = (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
            if folded != lowercase.utf8Start[index] { return false }
            index += 1
        }
        return true
    }
}
#endif
