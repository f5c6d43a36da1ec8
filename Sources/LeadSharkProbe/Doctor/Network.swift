#if Server
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What a doctor needs of the network below HTTP, so that tests can put another in its place.
struct Network: Sendable {
    /// The addresses of a host's name; throws ``ProbeFailure``.
    var resolve: @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress]
    /// Makes a connection and closes it.
    var connect: @Sendable (_ address: SocketAddress, _ timeout: Duration) async throws -> Void
    /// Makes a connection, shakes hands, and closes it.
    var shakeHands: @Sendable (_ address: SocketAddress, _ host: String, _ timeout: Duration) async throws -> Void

    /// The real one.
    static let system = Network(
        resolve: { host, port in
            // The resolver blocks, for as long as its own configuration lets it.
            try await NIOThreadPool.singleton.runIfActive { try addresses(of: host, port: port) }
        },
        connect: { address, timeout in
            let channel = try await bootstrap(timeout).connect(to: address).get()
            try? await channel.close()
        },
        shakeHands: { address, host, timeout in
            let context = try NIOSSLContext(configuration: .makeClientConfiguration())
            let done = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
            let isAddress = AddressScope(address: host) != nil
            let channel: any Channel
            do {
                channel = try await bootstrap(timeout).channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let tls = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
                        try channel.pipeline.syncOperations.addHandlers([tls, HandshakeWatcher(done)])
                    }
                }.connect(to: address).get()
            } catch {
                done.fail(error)
                throw error
            }
            let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
                done.fail(ProbeFailure(.tls, detail: "the handshake timed out"))
            }
            defer {
                alarm.cancel()
                channel.close(promise: nil)
            }
            try await done.futureResult.get()
        })

    private static func bootstrap(_ timeout: Duration) -> ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(TimeAmount(timeout))
    }

    private static func addresses(of host: String, port: Int) throws -> [SocketAddress] {
        var hints = addrinfo()
        #if canImport(Glibc)
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0 else { throw ProbeFailure(.nameNotResolved) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var item = list
        while let info = item?.pointee {
            if let address = info.ai_addr {
                switch info.ai_family {
                case AF_INET:
                    address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        addresses.append(SocketAddress($0.pointee))
                    }
                case AF_INET6:
                    address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        addresses.append(SocketAddress($0.pointee))
                    }
                default: break
                }
            }
            item = info.ai_next
        }
        guard !addresses.isEmpty else { throw ProbeFailure(.nameNotResolved) }
        return addresses
    }
}

/// Keeps a promise when the handshake is done, and breaks it with the first error.
private final class HandshakeWatcher: ChannelInboundHandler {
    typealias InboundIn = Any
    private let done: EventLoopPromise<Void>

    init(_ done: EventLoopPromise<Void>) { self.done = done }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { done.succeed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        done.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { done.fail(ProbeFailure(.closed)) }
}
#endif
