#if Server
import Hummingbird
import HummingbirdCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// A connection of Hummingbird's server, guarded and answered by a responder.
struct GuardedChannel<Responder: RequestResponder>: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    let responder: Responder
    let limits: RequestLimits
    let time: Timekeeper
    let memory: BodyMemory
    let connections: Connections<Responder>

    init(responder: Responder, limits: RequestLimits, time: Timekeeper) {
        self.responder = responder
        self.limits = limits
        self.time = time
        memory = BodyMemory(limits: limits)
        connections = Connections(maximumCount: limits.maximumConnectionCount)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var parserLimits = NIOHTTPDecoderLimitConfiguration()
            parserLimits.maxHeaderFieldSize = limits.maximumHeaderFieldByteCount
            parserLimits.maxHeaderListSize = limits.maximumHeaderByteCount
            parserLimits.maxHeaderFieldCount = limits.maximumHeaderFieldCount
            let requestGuard = RequestGuard(responder: responder, limits: limits, memory: memory, time: time)
            let parser = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: parserLimits),
                maximumBufferSize: Self.maximumParserByteCount)
            // Answers are small: whoever reads none of them is not to fill the system's memory with them.
            try channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: Self.sendBufferByteCount)
            try channel.pipeline.syncOperations.addHandlers([ByteGate(requestGuard), parser, requestGuard])
            connections.add(requestGuard, of: channel)
            return Value(channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }

    private static var sendBufferByteCount: Int { 32 << 10 }

    /// What the parser may hold unparsed. It reads at most 64 KiB at once.
    private static var maximumParserByteCount: Int { 128 << 10 }
}

/// The open connections of one listener, for looking at the time.
final class Connections<Responder: RequestResponder>: Sendable {
    private let open = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBound<RequestGuard<Responder>>]>([:])
    /// From how many open connections on those that say nothing have to make room.
    private let crowdedCount: Int

    init(maximumCount: Int) { crowdedCount = maximumCount - maximumCount / 8 }

    /// Adds the guard of a connection until the connection closes. On its event loop.
    func add(_ requestGuard: RequestGuard<Responder>, of channel: any Channel) {
        let id = ObjectIdentifier(requestGuard)
        let bound = NIOLoopBound(requestGuard, eventLoop: channel.eventLoop)
        open.withLockedValue { $0[id] = bound }
        channel.closeFuture.whenComplete { [open] _ in
            _ = open.withLockedValue { $0.removeValue(forKey: id) }
        }
    }

    /// Has every connection look at the time.
    func check(now: Duration) {
        let all = open.withLockedValue { Array($0.values) }
        let isCrowded = all.count >= crowdedCount
        for bound in all {
            bound.eventLoop.execute { bound.value.check(now: now, isCrowded: isCrowded) }
        }
    }
}
#endif
