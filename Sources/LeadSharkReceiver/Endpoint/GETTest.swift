#if Server
import LeadSharkWebhooks
import NIOHTTP1

/// What a GET brought: the vendor's test button sends one, and does not document what is in it. It is looked at, never stored.
struct GETTest {
    enum Place: String { case body, query, none }
    enum SignatureState: String { case valid, invalid, missing }

    /// Where the payload was.
    let place: Place
    /// The payload's length.
    let byteCount: Int
    /// Whether the signature holds over the body, or over the raw query when there is no body.
    let signature: SignatureState

    init(_ request: InboundRequest, verifier: WebhookVerifier) {
        var payload = request.body
        if payload.isEmpty {
            let query = request.head.uri.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()
            payload = Array(query)
            place = payload.isEmpty ? .none : .query
        } else {
            place = .body
        }
        byteCount = payload.count
        do {
            let value = try WebhookHeaders.soleSignature(among: request.head.headers[WebhookHeaders.signature])
            _ = try verifier.verify(payload, signature: value)
            signature = .valid
        } catch {
            signature = error.code == .missingSignature ? .missing : .invalid
        }
    }

    /// The answer's body. Nothing of what was sent comes back.
    var json: String {
        #"{"status":"test received","payload":"\#(place.rawValue)","byte_count":\#(byteCount),"signature":"\#(signature.rawValue)"}"#
    }
}
#endif
