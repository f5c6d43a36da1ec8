#if Server
import NIOCore

/// Sees the bytes before the parser does: it starts the clock at the first of a request, and lets none through
/// once the guard has had enough.
final class ByteGate<Responder: RequestResponder>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let requestGuard: RequestGuard<Responder>

    init(_ requestGuard: RequestGuard<Responder>) { self.requestGuard = requestGuard }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch requestGuard.receive(byteCount: unwrapInboundIn(data).readableBytes) {
        case .parse: context.fireChannelRead(data)
        case .drop: break
        case .close: context.close(promise: nil)
        }
    }
}
#endif
