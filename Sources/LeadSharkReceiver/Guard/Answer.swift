#if Server
import NIOCore

/// What is sent back. Its texts are ours alone, so nothing that a sender wrote can get into a header.
struct Answer: Sendable, Hashable {
    enum Status: Int, Sendable, CaseIterable {
        case ok = 200
        case badRequest = 400
        case unauthorized = 401
        case notFound = 404
        case methodNotAllowed = 405
        case requestTimeout = 408
        case contentTooLarge = 413
        case expectationFailed = 417
        case headerFieldsTooLarge = 431
        case serviceUnavailable = 503

        var reason: String {
            switch self {
            case .ok: "OK"
            case .badRequest: "Bad Request"
            case .unauthorized: "Unauthorized"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .requestTimeout: "Request Timeout"
            case .contentTooLarge: "Content Too Large"
            case .expectationFailed: "Expectation Failed"
            case .headerFieldsTooLarge: "Request Header Fields Too Large"
            case .serviceUnavailable: "Service Unavailable"
            }
        }

        /// The one public body of a refusal: it does not say more than the status does.
        var refusal: String {
            switch self {
            case .ok: #"{"status":"ok"}"#
            case .badRequest: #"{"error":"bad request"}"#
            case .unauthorized: #"{"error":"unauthorized"}"#
            case .notFound: #"{"error":"not found"}"#
            case .methodNotAllowed: #"{"error":"method not allowed"}"#
            case .requestTimeout: #"{"error":"request timeout"}"#
            case .contentTooLarge: #"{"error":"content too large"}"#
            case .expectationFailed: #"{"error":"expectation failed"}"#
            case .headerFieldsTooLarge: #"{"error":"header fields too large"}"#
            case .serviceUnavailable: #"{"error":"service unavailable"}"#
            }
        }
    }

    var status: Status
    /// JSON.
    var body: String
    var allow: String?
    var retryAfter: Duration?

    init(_ status: Status, body: String? = nil, allow: String? = nil, retryAfter: Duration? = nil) {
        self.status = status
        self.body = body ?? status.refusal
        self.allow = allow
        self.retryAfter = retryAfter
    }

    /// The answer's bytes on the wire.
    func write(into buffer: inout ByteBuffer, date: String, withBody: Bool, closing: Bool) {
        buffer.writeString(
            "HTTP/1.1 \(status.rawValue) \(status.reason)\r\nContent-Type: application/json\r\nContent-Length: ")
        buffer.writeString(String(body.utf8.count))
        buffer.writeString("\r\nCache-Control: no-store\r\nDate: ")
        buffer.writeString(date)
        if let allow { buffer.writeString("\r\nAllow: \(allow)") }
        if let retryAfter {
            // Whole seconds, rounded up: earlier would be in vain.
            let (seconds, rest) = retryAfter.components
            buffer.writeString("\r\nRetry-After: \(max(1, rest > 0 ? seconds + 1 : seconds))")
        }
        buffer.writeString(closing ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        if withBody { buffer.writeString(body) }
    }

    /// The interim answer that a client waits for before it sends a large body.
    static let proceed = "HTTP/1.1 100 Continue\r\n\r\n"
}
#endif
