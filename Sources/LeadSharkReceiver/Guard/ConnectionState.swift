#if Server
import NIOCore
import NIOHTTP1

/// The life of one connection as a value: what happened goes in, what to do comes out.
///
/// One request is read and answered at a time. Nothing is read from the socket while an answer is being made, so what
/// can wait here is what one read brought.
struct ConnectionState {
    /// What the guard has to do.
    enum Action {
        /// Have the request answered; `number` comes back with the answer.
        case respond(InboundRequest, number: Int)
        /// Say why not, and then close when `closing`.
        case refuse(Refusal, head: HTTPRequestHead?, bodyByteCount: Int, closing: Bool)
        /// Send the answer.
        case write(Answer, closing: Bool)
        /// Tell the client to send its body.
        case proceed
        /// Send no more, and throw away what comes.
        case finish
        /// Cut the connection.
        case close
    }

    /// What becomes of bytes from the socket.
    enum Gate { case parse, drop, close }

    private enum Phase {
        case idle(since: Duration)
        case head(since: Duration)
        case body(Incoming)
        /// A request without a body was refused; its end is still to come.
        case refused(Incoming, Refusal)
        case answering(since: Duration, Incoming)
        case writing(since: Duration, closing: Bool)
        /// The answer is out, the sender may still be sending: closing now would make its system discard the answer.
        case draining(since: Duration, byteCount: Int)
        case closed
    }

    private struct Incoming {
        var head: HTTPRequestHead
        var since: Duration
        var keepsAlive: Bool
        var maximumByteCount = 0
        var announcedByteCount: Int?
        var partCount = 0
        var rawByteCount = 0
        var body: [UInt8] = []
    }

    private enum Waiting {
        case part(HTTPServerRequestPart)
        case failure(Refusal)
    }

    /// How much is thrown away after the last answer, and for how long, before the connection is cut.
    static let maximumDrainedByteCount = 64 << 10
    static let maximumDrainTime: Duration = .seconds(1)
    /// How many parts of further requests may wait for their turn.
    static let maximumWaitingPartCount = 256

    private let limits: RequestLimits
    private let memory: BodyMemory
    private var phase: Phase
    private var waiting = CircularBuffer<Waiting>()
    private var heldByteCount = 0
    private var requestNumber = 0
    private var requestCount = 0
    private var progress = ParserProgress()
    private var hasHadInput = false
    private var isQuiescing = false
    private var inputEnded = false
    /// Few more connections can be opened, so none may be held for long.
    private var isCrowded = false
    /// Parts were thrown away, so the connection cannot go on after the current answer.
    private var lostInput = false

    init(limits: RequestLimits, memory: BodyMemory, now: Duration) {
        self.limits = limits
        self.memory = memory
        phase = .idle(since: now)
    }

    /// Whether the socket may be read.
    var wantsInput: Bool {
        switch phase {
        case .idle, .head, .body, .refused, .draining: true
        case .answering, .writing, .closed: false
        }
    }

    /// Whether the current request's method is `HEAD`, so that its answer has no body.
    private(set) var answersHead = false

    // MARK: What the sender does

    /// How many of these bytes are to be received at once.
    mutating func cut(_ bytes: ByteBufferView) -> Int {
        switch phase {
        case .writing(_, closing: true), .draining, .closed: bytes.count
        default: progress.cut(bytes, maximumHeadByteCount: maximumHeadByteCount)
        }
    }

    /// Bytes are there: none, when the parser may not have more of them.
    mutating func receive(byteCount: Int, now: Duration) -> (Gate, Action?) {
        hasHadInput = true
        progress.pass(byteCount: byteCount)
        switch phase {
        case .idle, .head:
            if case .idle = phase { phase = .head(since: now) }
            return byteCount == 0 ? (.drop, refuse(.headersTooLarge)) : (.parse, nil)
        case .refused:
            return byteCount == 0 ? (.drop, refuse(.headersTooLarge)) : (.parse, nil)
        case .writing(_, closing: true):
            return (.drop, nil)
        case .answering, .writing:
            if byteCount == 0, !lostInput { waiting.append(.failure(.headersTooLarge)) }
            return byteCount == 0 || lostInput ? (.drop, nil) : (.parse, nil)
        case .body(var incoming):
            phase = .closed
            incoming.rawByteCount += byteCount
            let isTooMuch = incoming.rawByteCount > 2 * limits.maximumBodyByteCount + (64 << 10)
            phase = .body(incoming)
            return isTooMuch ? (.drop, refuse(.bodyTooLarge)) : (.parse, nil)
        case .draining(let since, let drained):
            phase = .draining(since: since, byteCount: drained + byteCount)
            return (drained + byteCount > Self.maximumDrainedByteCount ? .close : .drop, nil)
        case .closed:
            return (.drop, nil)
        }
    }

    mutating func receive(_ part: HTTPServerRequestPart, responder: some RequestResponder, now: Duration) -> Action? {
        progress.note(part)
        switch phase {
        case .idle, .head, .body, .refused:
            return process(part, responder: responder, now: now)
        case .answering, .writing:
            guard !lostInput else { return nil }
            if waiting.count < Self.maximumWaitingPartCount {
                waiting.append(.part(part))
            } else {
                lostInput = true
                waiting.removeAll()
            }
            return nil
        case .draining, .closed:
            return nil
        }
    }

    /// What comes is not HTTP, or ends in the middle.
    mutating func fail(_ refusal: Refusal) -> Action? {
        switch phase {
        case .idle, .head, .body, .refused:
            return refuse(refusal)
        case .answering, .writing:
            waiting.append(.failure(refusal))
            return nil
        case .draining, .closed:
            return nil
        }
    }

    /// The sender sends no more.
    mutating func endInput() -> Action? {
        inputEnded = true
        switch phase {
        case .idle, .head, .draining:
            return close()
        case .body, .refused:
            return refuse(.truncatedBody)
        case .answering, .writing, .closed:
            return nil
        }
    }

    // MARK: What we do

    mutating func answer(_ answer: Answer, number: Int, now: Duration) -> Action? {
        guard case .answering(_, let incoming) = phase, number == requestNumber else { return nil }
        return write(answer, closing: !incoming.keepsAlive, now: now)
    }

    mutating func write(_ answer: Answer, closing: Bool, now: Duration) -> Action? {
        if case .closed = phase { return nil }
        releaseMemory()
        let closing = closing || isQuiescing || lostInput || isCrowded
        phase = .writing(since: now, closing: closing)
        return .write(answer, closing: closing)
    }

    /// The answer is with the system.
    mutating func wrote(now: Duration) -> Action? {
        guard case .writing(_, let closing) = phase else { return nil }
        if closing {
            if inputEnded { return close() }
            waiting.removeAll()
            phase = .draining(since: now, byteCount: 0)
            return .finish
        }
        answersHead = false
        becomeReady(now: now)
        return nil
    }

    /// Takes up what waited while an answer was made. Call it until it gives nothing.
    mutating func resume(responder: some RequestResponder, now: Duration) -> Action? {
        while wantsInput, let next = waiting.popFirst() {
            let action: Action?
            switch next {
            case .part(let part): action = process(part, responder: responder, now: now)
            case .failure(let refusal): action = refuse(refusal)
            }
            if let action { return action }
        }
        if case .idle = phase { becomeReady(now: now) }
        guard waiting.isEmpty, inputEnded || isQuiescing else { return nil }
        if case .idle = phase { return close() }
        return nil
    }

    /// The next request may come, or has begun to.
    private mutating func becomeReady(now: Duration) {
        phase = waiting.isEmpty && progress.holdsHead ? .head(since: now) : .idle(since: now)
    }

    // MARK: Time and the end

    /// `isCrowded` says that few more connections can be opened.
    mutating func check(now: Duration, isCrowded: Bool = false) -> Action? {
        self.isCrowded = isCrowded
        switch phase {
        case .idle(let since):
            var timeout = hasHadInput ? limits.idleTimeout : min(limits.idleTimeout, limits.firstByteTimeout)
            if isCrowded { timeout = min(timeout, limits.crowdedIdleTimeout) }
            return now - since >= timeout ? close() : nil
        case .head(let since):
            return now - since >= requestTimeout ? refuse(.slowClient) : nil
        case .body(let incoming), .refused(let incoming, _):
            return now - incoming.since >= requestTimeout ? refuse(.slowClient) : nil
        case .answering(let since, let incoming):
            guard now - since >= limits.answerDeadline else { return nil }
            return .refuse(
                .deadlinePassed, head: incoming.head, bodyByteCount: incoming.announcedByteCount ?? 0, closing: true
            )
        case .writing(let since, _):
            let timeout = isCrowded ? min(limits.writeDeadline, limits.crowdedRequestTimeout) : limits.writeDeadline
            return now - since >= timeout ? close() : nil
        case .draining(let since, _):
            return now - since >= Self.maximumDrainTime ? close() : nil
        case .closed:
            return nil
        }
    }

    private var requestTimeout: Duration {
        isCrowded ? min(limits.answerDeadline, limits.crowdedRequestTimeout) : limits.answerDeadline
    }

    /// The receiver stops: what has begun is finished, nothing else is taken up.
    mutating func quiesce() -> Action? {
        isQuiescing = true
        if case .idle = phase { return close() }
        return nil
    }

    mutating func close() -> Action? {
        if case .closed = phase { return nil }
        releaseMemory()
        waiting.removeAll()
        phase = .closed
        return .close
    }

    /// A little more than the parser takes: it does not count what separates the fields, nor the lines before the head.
    private var maximumHeadByteCount: Int {
        limits.maximumHeaderByteCount + limits.maximumHeaderFieldByteCount + 4 * limits.maximumHeaderFieldCount + 64
    }

    // MARK: One part

    private mutating func process(
        _ part: HTTPServerRequestPart, responder: some RequestResponder, now: Duration
    ) -> Action? {
        switch (part, phase) {
        case (.head(let head), .head(let since)):
            return begin(head, responder: responder, since: since)
        case (.head(let head), .idle):
            return begin(head, responder: responder, since: now)
        case (.body(let bytes), .body(var incoming)):
            // Take the request out of the phase, so that appending to its body copies nothing.
            phase = .closed
            let refusal = append(bytes, to: &incoming)
            phase = .body(incoming)
            return refusal.flatMap { refuse($0) }
        case (.end, .body(var incoming)):
            requestNumber += 1
            let request = InboundRequest(head: incoming.head, body: incoming.body)
            incoming.announcedByteCount = incoming.body.count
            incoming.body = []
            phase = .answering(since: incoming.since, incoming)
            return .respond(request, number: requestNumber)
        case (.end, .refused(let incoming, let refusal)):
            return .refuse(refusal, head: incoming.head, bodyByteCount: 0, closing: !incoming.keepsAlive)
        default:
            return refuse(.malformedRequest)
        }
    }

    private mutating func begin(
        _ head: HTTPRequestHead, responder: some RequestResponder, since: Duration
    ) -> Action? {
        let facts = HeadFacts(head)
        answersHead = head.method == .HEAD
        requestCount += 1
        var incoming = Incoming(
            head: head, since: since,
            keepsAlive: facts.allowsAnotherRequest(after: head) && !isQuiescing
                && requestCount < limits.maximumRequestsPerConnection)
        let admission = facts.fault(of: head).map { Admission.refuse($0) } ?? responder.admit(head)
        switch admission {
        case .refuse(let refusal):
            phase = .refused(incoming, refusal)
            return facts.hasBody ? refuse(refusal) : nil
        case .read(let maximumByteCount):
            incoming.maximumByteCount = maximumByteCount
            incoming.announcedByteCount = facts.isChunked ? nil : facts.contentLength
            phase = .body(incoming)
            guard facts.contentLength <= maximumByteCount else { return refuse(.bodyTooLarge) }
            return facts.hasBody && facts.expectation == .proceed ? .proceed : nil
        }
    }

    private mutating func append(_ bytes: ByteBuffer, to incoming: inout Incoming) -> Refusal? {
        let count = bytes.readableBytes
        incoming.partCount += 1
        guard count <= incoming.maximumByteCount - incoming.body.count else { return .bodyTooLarge }
        guard incoming.partCount <= limits.maximumBodyPartCount else { return .tooManyBodyParts }
        let needed = incoming.body.count + count
        if needed > heldByteCount {
            // Room is made in the array's own way, but counted: it is the memory that is scarce.
            let ceiling = min(incoming.announcedByteCount ?? .max, incoming.maximumByteCount)
            let room = max(needed, min(2 * heldByteCount, ceiling))
            guard memory.grow(from: heldByteCount, to: room) else { return .bodyMemoryFull }
            heldByteCount = room
            incoming.body.reserveCapacity(room)
        }
        incoming.body.append(contentsOf: bytes.readableBytesView)
        return nil
    }

    /// Refuses in the middle of a request: after it nothing can be read from the connection any more.
    private func refuse(_ refusal: Refusal) -> Action {
        switch phase {
        case .body(let incoming), .refused(let incoming, _), .answering(_, let incoming):
            .refuse(refusal, head: incoming.head, bodyByteCount: incoming.body.count, closing: true)
        default:
            .refuse(refusal, head: nil, bodyByteCount: 0, closing: true)
        }
    }

    private mutating func releaseMemory() {
        guard heldByteCount > 0 else { return }
        memory.giveBack(heldByteCount)
        heldByteCount = 0
    }
}
#endif
