#if Server
import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Why a request got no answer.
public struct ProbeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds there are.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The host's name has no address.
        case nameNotResolved
        /// Nothing listens on the port.
        case refused
        /// No connection came about in time.
        case connectTimedOut
        /// There is no way to the host.
        case unreachable
        /// The server's certificate is not valid for the host.
        case certificate
        /// TLS failed otherwise.
        case tls
        /// There was a connection, but no answer in time.
        case answerTimedOut
        /// The connection was closed before an answer.
        case closed
        /// The program was stopped.
        case cancelled
        /// Anything else.
        case other
    }

    /// What kind it is.
    public let kind: Kind
    /// What the system or the library said, where that helps.
    public let detail: String?

    init(_ kind: Kind, detail: String? = nil) {
        self.kind = kind
        self.detail = detail
    }

    /// The failure in a clause.
    public var description: String {
        let words =
            switch kind {
            case .nameNotResolved: "the host's name does not resolve"
            case .refused: "the connection was refused"
            case .connectTimedOut: "no connection came about in time"
            case .unreachable: "there is no way to the host"
            case .certificate: "the server's certificate is not valid for this host"
            case .tls: "TLS failed"
            case .answerTimedOut: "no answer came in time"
            case .closed: "the connection was closed without an answer"
            case .cancelled: "it was cancelled"
            case .other: "no answer came"
            }
        return detail.map { "\(words) (\($0))" } ?? words
    }
}

extension ProbeFailure {
    /// Tells what an error of a connection or a request means.
    init(_ error: any Error) {
        switch error {
        case let failure as ProbeFailure: self = failure
        case is CancellationError: self.init(.cancelled)
        case let error as HTTPClientError: self.init(client: error)
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                self.init(first.error)
            } else {
                self.init(.nameNotResolved)
            }
        case ChannelError.connectTimeout: self.init(.connectTimedOut)
        case ChannelError.eof, ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed: self.init(.closed)
        case let error as IOError: self.init(errno: error.errnoCode)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            self.init(.certificate, detail: "it names another host")
        case let error as NIOSSLError: self.init(tls: error)
        case is BoringSSLError, is NIOSSLExtraError: self.init(.tls)
        default: self.init(.other, detail: "\(type(of: error))")
        }
    }

    private init(client error: HTTPClientError) {
        switch error {
        case .connectTimeout: self.init(.connectTimedOut)
        case .tlsHandshakeTimeout: self.init(.tls, detail: "the handshake timed out")
        case .deadlineExceeded, .readTimeout, .getConnectionFromPoolTimeout: self.init(.answerTimedOut)
        case .remoteConnectionClosed: self.init(.closed)
        case .cancelled: self.init(.cancelled)
        default: self.init(.other, detail: error.shortDescription)
        }
    }

    private init(errno code: CInt) {
        switch code {
        case ECONNREFUSED: self.init(.refused)
        case ETIMEDOUT: self.init(.connectTimedOut)
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN: self.init(.unreachable)
        case ECONNRESET, EPIPE: self.init(.closed)
        default: self.init(.other, detail: String(cString: strerror(code)))
        }
    }

    private init(tls error: NIOSSLError) {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            self.init(.certificate, detail: "it is expired, self-signed, or its chain is incomplete")
        } else if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            self.init(.tls, detail: "the port does not speak TLS")
        } else if case .unableToValidateCertificate = error {
            self.init(.certificate)
        } else {
            self.init(.tls)
        }
    }
}
#endif
