#if Server
import NIOCore
import NIOHTTP1

/// Stands between the parser and a responder, and lets nothing through but whole requests within all limits.
///
/// Hummingbird's own handling is made for trusted networks: no deadline, bodies that are read to their end after a refusal,
/// no end to what is stored after an `Upgrade`. So the receiver takes Hummingbird's server, and answers with this.
final class RequestGuard<Responder: RequestResponder>: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let responder: Responder
    private let time: Timekeeper
    private var state: ConnectionState
    private var context: ChannelHandlerContext?
    private var executor: LoopExecutor?
    private var isReadPending = false
    private var answering: Task<Void, Never>?

    init(responder: Responder, limits: RequestLimits, memory: BodyMemory, time: Timekeeper) {
        self.responder = responder
        self.time = time
        state = ConnectionState(limits: limits, memory: memory, now: time.elapsed)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        executor = LoopExecutor(context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        _ = state.close()
        answering?.cancel()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        _ = state.close()
        context.fireChannelInactive()
    }

    /// Called by the ``ByteGate`` for all bytes, before they are parsed.
    func receive(_ bytes: ByteBufferView) -> (ConnectionState.Gate, byteCount: Int) {
        let byteCount = state.cut(bytes)
        let (gate, action) = state.receive(byteCount: byteCount, now: time.elapsed)
        perform(action)
        return (gate, byteCount)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        perform(state.receive(unwrapInboundIn(data), responder: responder, now: time.elapsed))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState:
            perform(state.fail(.truncatedBody))
        case HTTPParserError.headerOverflow:
            perform(state.fail(.headersTooLarge))
        case is HTTPParserError, is ByteToMessageDecoderError.PayloadTooLargeError:
            perform(state.fail(.malformedRequest))
        default:
            // The connection is broken: there is nobody to answer.
            perform(state.close())
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            perform(state.quiesce())
        case ChannelEvent.inputClosed:
            perform(state.endInput())
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Called every ``Timekeeper/interval``.
    func check(now: Duration, isCrowded: Bool) { perform(state.check(now: now, isCrowded: isCrowded)) }

    func read(context: ChannelHandlerContext) {
        if state.wantsInput {
            context.read()
        } else {
            isReadPending = true
        }
    }

    // MARK: Doing what the state says

    private func perform(_ action: ConnectionState.Action?) {
        guard let action, let context else { return }
        switch action {
        case .respond(let request, let number):
            respond(to: request, number: number, context: context)
        case .refuse(let refusal, let head, let bodyByteCount, let closing):
            let answer = responder.refuse(refusal, head: head, bodyByteCount: bodyByteCount)
            answering?.cancel()
            perform(state.write(answer, closing: closing, now: time.elapsed))
        case .write(let answer, let closing):
            write(answer, closing: closing, context: context)
        case .proceed:
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: Answer.proceed)), promise: nil)
        case .finish:
            context.close(mode: .output, promise: nil)
            readAgain(context)
        case .close:
            context.close(promise: nil)
        }
    }

    /// The task is not waited for when the connection ends, but cancelled: an event that is on its way into the store
    /// belongs to the queue by then.
    private func respond(to request: InboundRequest, number: Int, context: ChannelHandlerContext) {
        let responder = responder
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        answering = Task(executorPreference: executor) {
            let answer = await responder.respond(to: request)
            bound.value.deliver(answer, number: number)
        }
    }

    private func deliver(_ answer: Answer, number: Int) {
        answering = nil
        perform(state.answer(answer, number: number, now: time.elapsed))
    }

    private func write(_ answer: Answer, closing: Bool, context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 384)
        answer.write(into: &buffer, date: time.date, withBody: !state.answersHead, closing: closing)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success: goOn()
            case .failure: perform(state.close())
            }
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    }

    private func goOn() {
        perform(state.wrote(now: time.elapsed))
        while let action = state.resume(responder: responder, now: time.elapsed) { perform(action) }
        if state.wantsInput, let context { readAgain(context) }
    }

    private func readAgain(_ context: ChannelHandlerContext) {
        guard isReadPending else { return }
        isReadPending = false
        context.read()
    }
}
#endif
