#if Server
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// One place where connections are accepted, as a service: bound when it runs, and gracefully ended.
struct Listener<Responder: RequestResponder>: Service {
    let place: ListenPlace
    let responder: Responder
    let limits: RequestLimits
    let clock: any Clock<Duration>
    let status: ReceiverStatus
    let logger: Logger

    /// Accepts connections until a graceful shutdown, then until what has begun is answered.
    func run() async throws {
        let socket = try controlSocket()
        let channel = GuardedChannel(responder: responder, limits: limits, time: Timekeeper(clock))
        let bound = BindFailure()
        let server = channel.server(
            configuration: ServerConfiguration(
                address: socket.map { .unixDomainSocket(path: $0.temporaryPath) } ?? place.bindAddress,
                backlog: Self.backlog,
                availableConnectionsDelegate: .maximum(limits.maximumConnectionCount, logger: quiet)),
            onServerRunning: { server in
                do {
                    try socket?.publish()
                    await status.bound(place, at: server.localAddress)
                } catch {
                    bound.record(error)
                    try? await server.close()
                }
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        defer { socket?.remove() }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await channel.time.run { channel.connections.check(now: $0) } }
                group.addTask {
                    try await withGracefulShutdownHandler {
                        try await server.run()
                    } onGracefulShutdown: {
                        status.stop(place)
                    }
                    if let error = bound.error { throw error }
                    throw ListenerEnded()
                }
                defer { group.cancelAll() }
                try await group.next()
                try await group.next()
            }
        } catch is ListenerEnded {
            guard status.isStopping || Task.isCancelled || Task.isShuttingDownGracefully else {
                throw ReceiverError(.listenFailed, "the listener on \(place) ended by itself")
            }
        } catch {
            throw place.error(for: error)
        }
    }

    /// How many connections may wait for a place.
    private static var backlog: Int { 1024 }

    private func controlSocket() throws -> ControlSocket? {
        guard case .controlSocket(let path) = place else { return nil }
        return try ControlSocket(path: path)
    }

    /// Hummingbird tells the address of every listener, which the receiver does itself.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .error)
        return logger
    }

    private struct ListenerEnded: Error {}
}
#endif
