#if Server
import AsyncHTTPClient
import NIOCore
import NIOPosix

/// Why a destination gave no answer, in words without any data.
enum ForwardFailure {
    static func words(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .deadlineExceeded, .readTimeout, .getConnectionFromPoolTimeout: return "no answer in time"
            case .connectTimeout: return "the connection timed out"
            case .tlsHandshakeTimeout: return "the TLS handshake timed out"
            case .remoteConnectionClosed: return "the connection was closed without an answer"
            default: return "no answer (\(error.shortDescription))"
            }
        case let error as NIOConnectionError:
            if error.connectionErrors.isEmpty { return "the host's name does not resolve" }
            guard let first = error.connectionErrors.first?.error as? IOError else {
                return "the connection failed"
            }
            return "the connection failed: \(SystemError(code: first.errnoCode))"
        case let error as IOError: return "the connection failed: \(SystemError(code: error.errnoCode))"
        default:
            let type = "\(type(of: error))"
            return type.contains("SSL") ? "TLS failed: is the certificate valid?" : "no answer (\(type))"
        }
    }
}
#endif
