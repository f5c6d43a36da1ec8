#if Postgres
import Foundation

/// Stands between a client and a server on the loopback interface, and cuts connections where a test wants it.
public final class CuttingProxy: Sendable {
    /// What becomes of a connection.
    public enum Fault: Sendable {
        /// What the server answers next is not passed on, and the connection is cut: the client does not know what became of
        /// its statement, which was carried out.
        case cutAnswer
        /// What the client says next is not passed on, and the connection is cut.
        case cutRequest
        /// From now on nothing is passed on in either direction, and no connection is cut.
        case hold
    }

    private final class State: @unchecked Sendable {
        // Reached only with the lock.
        let lock = NSLock()
        var fault: Fault?
        var cutCount = 0
        var descriptors: Set<Int32> = []
    }

    /// Where it listens.
    public let port: Int

    private let listener: Int32
    private let target: Int
    private let state = State()

    /// Begins to listen, on behalf of a server at `target`.
    public init(to target: Int) throws {
        self.target = target
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 ? getsockname(listener, $0, &length) : -1
            }
        }
        guard result == 0, listen(listener, 64) == 0 else { throw CocoaError(.fileReadUnknown) }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [listener, target, state] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                let server = Self.connect(to: target)
                guard server >= 0 else {
                    close(client)
                    continue
                }
                state.lock.withLock { state.descriptors.formUnion([client, server]) }
                Thread.detachNewThread { Self.pump(from: client, to: server, isRequest: true, state) }
                Thread.detachNewThread { Self.pump(from: server, to: client, isRequest: false, state) }
            }
        }
    }

    /// Has the fault happen at the next opportunity. ``Fault/cutAnswer`` and ``Fault/cutRequest`` happen once.
    public func arm(_ fault: Fault?) { state.lock.withLock { state.fault = fault } }

    /// How many connections were cut by a fault.
    public var cutCount: Int { state.lock.withLock { state.cutCount } }

    /// Cuts all connections and takes no more.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        state.lock.withLock {
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private static func pump(from source: Int32, to sink: Int32, isRequest: Bool, _ state: State) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            let isCut = state.lock.withLock { () -> Bool in
                switch state.fault {
                case .cutAnswer where !isRequest, .cutRequest where isRequest:
                    state.fault = nil
                    state.cutCount += 1
                    return true
                default: return false
                }
            }
            if isCut { break }
            while state.lock.withLock({ if case .hold = state.fault { true } else { false } }) { usleep(10_000) }
            var sent = 0
            while sent < count {
                let result = buffer[sent..<count].withUnsafeBytes {
                    send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard result > 0 else { break }
                sent += result
            }
            if sent < count { break }
        }
        // The other direction's thread sees the end of both; the descriptors stay, so that no number is used anew.
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private static func connect(to port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port: port)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result == 0 { return descriptor }
        close(descriptor)
        return -1
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
#endif
