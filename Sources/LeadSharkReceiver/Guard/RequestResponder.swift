#if Server
import NIOHTTP1

/// A request that arrived completely, within all limits.
struct InboundRequest: Sendable {
    var head: HTTPRequestHead
    /// The body, byte for byte as it was sent.
    var body: [UInt8]
}

/// What becomes of a request, judged by its head before any of its body is kept.
enum Admission: Sendable {
    /// Its body may have so many bytes.
    case read(maximumByteCount: Int)
    /// It is answered at once.
    case refuse(Refusal)
}

/// What one listener says. The guard calls it; it decides what a request means.
protocol RequestResponder: Sendable {
    /// Judges a request by its head.
    func admit(_ head: HTTPRequestHead) -> Admission

    /// Answers a request. The guard answers in its stead when this takes too long.
    func respond(to request: InboundRequest) async -> Answer

    /// The answer that refuses a request, which may have ended before it had a head. Logs and counts it.
    func refuse(_ refusal: Refusal, head: HTTPRequestHead?, bodyByteCount: Int) -> Answer
}
#endif
