#if Server
import Dispatch
import Glibc
import NIOConcurrencyHelpers

/// A client that sends the bytes it is told to, and nothing else. Blocking calls run on a thread of Dispatch.
final class RawClient: Sendable {
    struct Response: Sendable, Equatable {
        var status: Int
        var headers: [String: [String]]
        var body: String

        func header(_ name: String) -> String? { headers[name.lowercased()]?.first }
    }

    enum Ending: Equatable { case closed, reset }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let descriptor: CInt
    private let queue = DispatchQueue(label: "client")
    private let buffer = NIOLockedValueBox<[UInt8]>([])

    /// Taken on both sides of a continuation's result: when that is there before anybody waits for it, the thread sanitizer
    /// does not see that one comes after the other.
    private static let handover = NIOLock()

    private init(descriptor: CInt) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    // MARK: Connecting

    static func connect(port: Int) async throws -> RawClient {
        try await connect(family: AF_INET) { descriptor in
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    static func connect(path: String) async throws -> RawClient {
        try await connect(family: AF_UNIX) { descriptor in
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
    }

    private static func connect(
        family: CInt, _ body: @escaping @Sendable (CInt) -> CInt
    ) async throws -> RawClient {
        let client: RawClient = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                let descriptor = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
                // A test that would wait for ever fails instead.
                var patience = timeval(tv_sec: 60, tv_usec: 0)
                setsockopt(
                    descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
                setsockopt(
                    descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
                if body(descriptor) == 0 {
                    let client = handover.withLock { RawClient(descriptor: descriptor) }
                    continuation.resume(returning: client)
                } else {
                    let reason = String(cString: strerror(errno))
                    Glibc.close(descriptor)
                    continuation.resume(throwing: Failure(description: "connect: \(reason)"))
                }
            }
        }
        return handover.withLock { client }
    }

    // MARK: Sending

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await perform { [descriptor] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Failure(description: "send: \(String(cString: strerror(errno)))") }
                sent += count
            }
        }
    }

    /// Sends until the other side has had enough; at most `maximum` bytes. Gives what was sent.
    func sendEndlessly(_ chunk: [UInt8], maximum: Int) async -> Int {
        let total = try? await perform { [descriptor] in
            var sent = 0
            while sent < maximum {
                let count = chunk.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { break }
                sent += count
            }
            return sent
        }
        return total ?? 0
    }

    /// Says that no more will be sent.
    func finishSending() async throws {
        try await perform { [descriptor] in _ = shutdown(descriptor, CInt(SHUT_WR)) }
    }

    // MARK: Receiving

    /// Whether something can be read, or the connection has ended.
    func hasInput(withinMilliseconds limit: CInt) async throws -> Bool {
        if !buffer.withLockedValue({ $0.isEmpty }) { return true }
        return try await perform { [descriptor] in
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&entry, 1, limit) > 0
        }
    }

    /// The next answer.
    func response(toHead: Bool = false) async throws -> Response {
        try await perform { [self] in
            var length: Int?
            while true {
                if let response = try buffer.withLockedValue({ try Self.takeResponse(&$0, toHead: toHead) }) {
                    return response
                }
                length = try receive()
                if length == 0 { throw Failure(description: "the connection ended before the answer") }
            }
        }
    }

    /// Waits for the end, and throws away what comes before it.
    func ending() async throws -> Ending {
        try await perform { [self] in
            while true {
                do {
                    if try receive() == 0 { return .closed }
                } catch let failure as Failure where failure.description == "reset" {
                    return .reset
                }
            }
        }
    }

    /// All that comes until the end.
    func everything() async throws -> String {
        _ = try await ending()
        return String(decoding: buffer.withLockedValue { $0 }, as: UTF8.self)
    }

    private func receive() throws -> Int {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count < 0 {
            throw Failure(description: errno == ECONNRESET || errno == EPIPE ? "reset" : "receive: \(errno)")
        }
        buffer.withLockedValue { $0 += chunk[..<count] }
        return count
    }

    private static func takeResponse(_ bytes: inout [UInt8], toHead: Bool) throws -> Response? {
        let separator = Array("\r\n\r\n".utf8)
        guard bytes.count >= 4,
            let end = (0...(bytes.count - 4)).first(where: { Array(bytes[$0..<($0 + 4)]) == separator })
        else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw Failure(description: "not an answer: \(lines[0])")
        }
        var headers: [String: [String]] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased(), default: []].append(String(parts[1].drop { $0 == " " }))
        }
        let isInterim = status < 200
        let length = toHead || isInterim ? 0 : headers["content-length"].flatMap { Int($0[0]) } ?? 0
        guard bytes.count >= end + 4 + length else { return nil }
        let body = String(decoding: bytes[(end + 4)..<(end + 4 + length)], as: UTF8.self)
        bytes.removeFirst(end + 4 + length)
        return Response(status: status, headers: headers, body: body)
    }

    private func perform<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
#endif
