#if Server
import Foundation

/// A port of 127.0.0.1 that is taken, so that nobody else gets it, but on which nobody listens.
package final class ClosedPort: Sendable {
    private let descriptor: CInt
    private let port: Int

    /// Lends a port to a test.
    package static func with<R>(do body: (_ port: Int) async throws -> R) async throws -> R {
        let closed = try ClosedPort()
        defer { withExtendedLifetime(closed) {} }
        return try await body(closed.port)
    }

    /// The number of a port that was free a moment ago. The system gives it to nobody who has not asked for it: whoever
    /// connects meanwhile, or lets it choose, gets a higher one.
    package static func number() throws -> Int {
        for _ in 0..<100 {
            if let port = try? ClosedPort(at: .random(in: 10_000..<32_768)).port { return port }
        }
        throw POSIXError(.EADDRINUSE)
    }

    /// - Parameter number: Which one; 0 is any that is free.
    private init(at number: UInt16 = 0) throws {
        #if canImport(Darwin)
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        #endif
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = number.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { _ = close(descriptor) }
}
#endif
