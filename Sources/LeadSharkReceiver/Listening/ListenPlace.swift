#if Server
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a listener listens on, and what for.
enum ListenPlace: Sendable, Hashable, CustomStringConvertible {
    case webhooks(ListenAddress)
    case admin(ListenAddress)
    case controlSocket(path: String)

    var bindAddress: BindAddress {
        switch self {
        case .webhooks(let address), .admin(let address): .hostname(address.host, port: address.port)
        case .controlSocket(let path): .unixDomainSocket(path: path)
        }
    }

    var description: String {
        switch self {
        case .webhooks(let address), .admin(let address): address.description
        case .controlSocket(let path): path
        }
    }

    /// The sentence for an error of binding.
    func error(for error: any Error) -> any Error {
        if error is ReceiverError || error is CancellationError { return error }
        if case .controlSocket(let path) = self {
            return ReceiverError(
                .controlSocketFailed, "the control socket \(path) could not be made: \(Self.reason(error))")
        }
        switch Self.codes(of: error) {
        case let codes where codes.contains(EADDRINUSE):
            return ReceiverError(.addressInUse, "cannot listen on \(self): another program listens there already")
        case let codes where codes.contains(EACCES) || codes.contains(EPERM):
            return ReceiverError(
                .permissionDenied, "cannot listen on \(self): this user may not (ports below 1024 are the system's)"
            )
        case let codes where codes.contains(EADDRNOTAVAIL):
            return ReceiverError(
                .addressNotAvailable, "cannot listen on \(self): that is no address of this machine")
        default:
            if error is SocketAddressError || error is SocketAddressError.UnknownHost {
                return ReceiverError(
                    .addressNotAvailable, "cannot listen on \(self): the host name does not resolve")
            }
            return ReceiverError(.listenFailed, "cannot listen on \(self): \(Self.reason(error))")
        }
    }

    private static func codes(of error: any Error) -> [CInt] {
        (error as? IOError).map { [$0.errnoCode] } ?? []
    }

    /// The system's own words; errors of others could carry anything.
    private static func reason(_ error: any Error) -> String {
        if let error = error as? IOError, let text = strerror(error.errnoCode) { return String(cString: text) }
        if case SocketAddressError.unixDomainSocketPathTooLong = error { return "the path is too long" }
        return "the system refused"
    }
}
#endif
