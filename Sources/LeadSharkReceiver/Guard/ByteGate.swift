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
        var buffer = unwrapInboundIn(data)
        while buffer.readableBytes > 0 {
            let (gate, byteCount) = requestGuard.receive(buffer.readableBytesView)
            switch gate {
            case .parse:
                guard let slice = buffer.readSlice(length: byteCount) else { return }
                context.fireChannelRead(wrapInboundOut(slice))
            case .drop:
                return
            case .close:
                context.close(promise: nil)
                return
            }
        }
    }
}
#endif
