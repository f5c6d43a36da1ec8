#if Server
import NIOCore
import NIOHTTP1
import Testing

@testable import LeadSharkReceiver

@Suite("The state of a connection")
struct ConnectionStateTests {
    private struct Responder: RequestResponder {
        func admit(_ head: HTTPRequestHead) -> Admission {
            head.uri == "/" ? .read(maximumByteCount: 10) : .refuse(.unknownTarget)
        }
        func respond(to request: InboundRequest) async -> Answer { Answer(.ok) }
        func refuse(_ refusal: Refusal, head: HTTPRequestHead?, bodyByteCount: Int) -> Answer {
            Answer(refusal.status)
        }
    }

    private let memory: BodyMemory
    private let responder = Responder()
    private let limits = RequestLimits()

    init() {
        var small = RequestLimits()
        small.maximumBufferedByteCount = 100
        small.reservedBodyByteCount = 0
        memory = BodyMemory(limits: small)
    }

    private func makeState() -> ConnectionState { ConnectionState(limits: limits, memory: memory, now: .zero) }

    private func head(_ uri: String = "/", _ headers: HTTPHeaders = [:]) -> HTTPServerRequestPart {
        var all: HTTPHeaders = ["Host": "receiver"]
        all.add(contentsOf: headers)
        return .head(HTTPRequestHead(version: .http1_1, method: .POST, uri: uri, headers: all))
    }

    private func body(_ count: Int) -> HTTPServerRequestPart {
        .body(ByteBuffer(repeating: 0x78, count: count))
    }

    private func cause(_ action: ConnectionState.Action?) -> Refusal? {
        guard case .refuse(let refusal, _, _, _) = action else { return nil }
        return refusal
    }

    private func isClose(_ action: ConnectionState.Action?) -> Bool {
        guard case .close = action else { return false }
        return true
    }

    /// A state in which a request was handed over at second 1.
    private func answering() -> ConnectionState {
        var state = makeState()
        _ = state.receive(byteCount: 50, now: .seconds(1))
        _ = state.receive(head("/", ["Content-Length": "5"]), responder: responder, now: .seconds(1))
        _ = state.receive(body(5), responder: responder, now: .seconds(1))
        _ = state.receive(.end(nil), responder: responder, now: .seconds(1))
        return state
    }

    @Test("The deadline counts from the first byte, to the millisecond")
    func deadlineFromFirstByte() {
        var state = makeState()
        _ = state.receive(byteCount: 1, now: .seconds(1))
        #expect(state.check(now: .milliseconds(8999)) == nil)
        _ = state.receive(byteCount: 1, now: .seconds(5))
        #expect(cause(state.check(now: .seconds(9))) == .slowClient)

        state = makeState()
        _ = state.receive(byteCount: 50, now: .seconds(1))
        _ = state.receive(head("/", ["Content-Length": "5"]), responder: responder, now: .seconds(3))
        _ = state.receive(body(1), responder: responder, now: .seconds(8))
        #expect(state.check(now: .milliseconds(8999)) == nil)
        #expect(cause(state.check(now: .seconds(9))) == .slowClient)

        state = answering()
        #expect(state.check(now: .milliseconds(8999)) == nil)
        #expect(cause(state.check(now: .seconds(9))) == .deadlinePassed)
    }

    @Test("An answer that comes after its deadline is not sent")
    func lateAnswer() {
        var state = answering()
        _ = state.check(now: .seconds(9))
        _ = state.write(Answer(.serviceUnavailable), closing: true, now: .seconds(9))
        #expect(state.answer(Answer(.ok), number: 1, now: .seconds(10)) == nil)
    }

    @Test("An answer to an earlier request is not sent for a later one")
    func answerOfAnother() {
        var state = answering()
        #expect(state.answer(Answer(.ok), number: 2, now: .seconds(2)) == nil)
        #expect(state.answer(Answer(.ok), number: 1, now: .seconds(2)) != nil)
        #expect(state.answer(Answer(.ok), number: 1, now: .seconds(2)) == nil)
    }

    @Test("A client that does not take its answer is cut after the write deadline")
    func slowReader() {
        var state = answering()
        _ = state.answer(Answer(.ok), number: 1, now: .seconds(2))
        #expect(state.check(now: .milliseconds(11_999)) == nil)
        #expect(isClose(state.check(now: .seconds(12))))
    }

    @Test("The socket is not read while an answer is made, and is read again after it")
    func backPressure() {
        var state = answering()
        #expect(!state.wantsInput)
        _ = state.answer(Answer(.ok), number: 1, now: .seconds(2))
        #expect(!state.wantsInput)
        _ = state.wrote(now: .seconds(2))
        #expect(state.wantsInput)
    }

    @Test("What waits behind an answer is bounded, and its loss closes the connection")
    func waitingParts() {
        var state = answering()
        for _ in 0..<200 {
            _ = state.receive(head("/other"), responder: responder, now: .seconds(1))
            _ = state.receive(.end(nil), responder: responder, now: .seconds(1))
        }
        guard case .write(_, let closing) = state.answer(Answer(.ok), number: 1, now: .seconds(2)) else {
            Issue.record("no answer")
            return
        }
        #expect(closing)
    }

    @Test("Memory for bodies is given back whichever way a request ends")
    func memoryIsGivenBack() {
        var state = answering()
        #expect(memory.usedByteCount == 5)
        _ = state.answer(Answer(.ok), number: 1, now: .seconds(2))
        #expect(memory.usedByteCount == 0)

        state = answering()
        _ = state.close()
        #expect(memory.usedByteCount == 0)

        state = makeState()
        _ = state.receive(head("/", ["Transfer-Encoding": "chunked"]), responder: responder, now: .zero)
        _ = state.receive(body(10), responder: responder, now: .zero)
        #expect(memory.usedByteCount == 10)
        let action = state.receive(body(1), responder: responder, now: .zero)
        #expect(cause(action) == .bodyTooLarge)
        _ = state.write(Answer(.contentTooLarge), closing: true, now: .zero)
        #expect(memory.usedByteCount == 0)
    }

    @Test("After the last answer bytes are thrown away, but only so many and only so long")
    func draining() {
        var state = answering()
        _ = state.write(Answer(.contentTooLarge), closing: true, now: .seconds(2))
        _ = state.wrote(now: .seconds(2))
        #expect(state.receive(byteCount: 64 << 10, now: .seconds(2)).0 == .drop)
        #expect(state.check(now: .milliseconds(2999)) == nil)
        var other = state
        #expect(isClose(other.check(now: .seconds(3))))
        #expect(state.receive(byteCount: 1, now: .seconds(2)).0 == .close)
    }

    @Test("A stop lets a request that has begun be finished, and closes what is idle")
    func quiescing() {
        var idle = makeState()
        #expect(isClose(idle.quiesce()))

        var busy = answering()
        #expect(busy.quiesce() == nil)
        guard case .write(_, let closing) = busy.answer(Answer(.ok), number: 1, now: .seconds(2)) else {
            Issue.record("no answer")
            return
        }
        #expect(closing)
    }

    // MARK: Those that only hold a place

    @Test("A connection that never says anything is closed after three seconds, one that was used after fifteen")
    func firstByte() {
        var silent = makeState()
        #expect(silent.check(now: .milliseconds(2999)) == nil)
        #expect(isClose(silent.check(now: .seconds(3))))

        var used = answered()
        #expect(used.check(now: .milliseconds(16_999)) == nil)
        #expect(isClose(used.check(now: .seconds(17))))
    }

    @Test("When few places are left, those that say nothing have a second, and those at work have all their time")
    func crowded() {
        var silent = makeState()
        #expect(silent.check(now: .milliseconds(999), isCrowded: true) == nil)
        #expect(isClose(silent.check(now: .seconds(1), isCrowded: true)))

        var used = answered()
        #expect(used.check(now: .milliseconds(2999), isCrowded: true) == nil)
        #expect(isClose(used.check(now: .seconds(3), isCrowded: true)))

        var slow = makeState()
        _ = slow.receive(byteCount: 1, now: .seconds(1))
        #expect(slow.check(now: .milliseconds(2999), isCrowded: true) == nil)
        #expect(cause(slow.check(now: .seconds(3), isCrowded: true)) == .slowClient)

        var busy = answering()
        #expect(busy.check(now: .milliseconds(8999), isCrowded: true) == nil)
    }

    @Test("When few places are left, each answer closes its connection, and has two seconds to be accepted")
    func crowdedAnswer() {
        var state = answering()
        #expect(state.check(now: .seconds(1), isCrowded: true) == nil)
        guard case .write(_, let closing) = state.answer(Answer(.ok), number: 1, now: .seconds(2)) else {
            Issue.record("no answer")
            return
        }
        #expect(closing)
        #expect(state.check(now: .milliseconds(3999), isCrowded: true) == nil)
        #expect(isClose(state.check(now: .seconds(4), isCrowded: true)))
    }

    @Test("A chunked body is not cut, whatever is in it")
    func chunkedIsNotCut() {
        var state = makeState()
        _ = state.receive(byteCount: 50, now: .zero)
        _ = state.receive(head("/", ["Transfer-Encoding": "chunked"]), responder: responder, now: .zero)
        let bytes = ByteBuffer(string: String(repeating: "\n\r\n", count: 1000)).readableBytesView
        #expect(state.cut(bytes) == bytes.count)
    }

    @Test("The last request that a connection may bring is answered, and closes it")
    func requestCount() {
        var limits = limits
        limits.maximumRequestsPerConnection = 2
        var state = ConnectionState(limits: limits, memory: memory, now: .zero)
        var closings: [Bool] = []
        for number in 1...2 {
            _ = state.receive(byteCount: 50, now: .zero)
            _ = state.receive(head(), responder: responder, now: .zero)
            _ = state.receive(.end(nil), responder: responder, now: .zero)
            if case .write(_, let closing) = state.answer(Answer(.ok), number: number, now: .zero) {
                closings.append(closing)
            }
            _ = state.wrote(now: .zero)
        }
        #expect(closings == [false, true])
    }

    // MARK: The beginning of a next head

    @Test("A head that began behind another request has its deadline from when its turn comes")
    func headBehindARequest() {
        var state = answering()
        _ = state.receive(byteCount: 4, now: .seconds(1))
        _ = state.answer(Answer(.ok), number: 1, now: .seconds(2))
        _ = state.wrote(now: .seconds(2))
        #expect(state.check(now: .milliseconds(9999)) == nil)
        #expect(cause(state.check(now: .seconds(10))) == .slowClient)
    }

    @Test("Blank lines before a head count as the head does")
    func blankLines() {
        var state = makeState()
        let lines = ByteBuffer(string: String(repeating: "\r\n", count: 32 << 10)).readableBytesView
        var received = 0
        while received < lines.count {
            let count = state.cut(lines.dropFirst(received))
            let (gate, action) = state.receive(byteCount: count, now: .zero)
            received += count
            if gate == .drop {
                #expect(cause(action) == .headersTooLarge)
                break
            }
        }
        #expect(received >= limits.maximumHeaderByteCount)
        #expect(received <= 2 * limits.maximumHeaderByteCount)
    }

    @Test("What the parser is given ends where a request can end")
    func cutting() {
        var state = makeState()
        let first = "POST / HTTP/1.1\r\nHost: receiver\r\nContent-Length: 5\r\n\r\n"
        let bytes = ByteBuffer(string: first + "a\n\r\nbGET /").readableBytesView
        #expect(state.cut(bytes) == first.utf8.count)
        _ = state.receive(byteCount: first.utf8.count, now: .zero)
        _ = state.receive(head("/", ["Content-Length": "5"]), responder: responder, now: .zero)
        #expect(state.cut(bytes.dropFirst(first.utf8.count)) == 5)
        _ = state.receive(byteCount: 5, now: .zero)
        _ = state.receive(body(5), responder: responder, now: .zero)
        _ = state.receive(.end(nil), responder: responder, now: .zero)
        #expect(state.cut(bytes.dropFirst(first.utf8.count + 5)) == 5)
    }

    // MARK: Memory

    @Test("Whoever fills the memory that all have in common does not keep out a body of usual size")
    func reservedMemory() {
        var limits = RequestLimits()
        limits.maximumConnectionCount = 4
        limits.maximumBufferedByteCount = 128 << 10
        let memory = BodyMemory(limits: limits)
        #expect(memory.grow(from: 0, to: 80 << 10))
        #expect(memory.usedByteCount == 64 << 10)
        #expect(!memory.grow(from: 0, to: (16 << 10) + 1))
        for _ in 0..<3 { #expect(memory.grow(from: 0, to: 16 << 10)) }
        memory.giveBack(80 << 10)
        #expect(memory.usedByteCount == 0)
        #expect(memory.grow(from: 16 << 10, to: (16 << 10) + 1))
    }

    @Test("All shares together are never more than half of all memory")
    func largestShare() {
        var limits = RequestLimits()
        limits.maximumConnectionCount = 4
        limits.maximumBufferedByteCount = 80
        let memory = BodyMemory(limits: limits)
        #expect(memory.grow(from: 0, to: 50))
        #expect(memory.usedByteCount == 40)
        #expect(memory.grow(from: 0, to: 10))
        #expect(!memory.grow(from: 10, to: 11))
    }

    @Test("The memory that a body takes is charged, not only its bytes")
    func capacityIsCharged() {
        let responder = WideResponder()
        var state = makeState()
        _ = state.receive(head("/", ["Transfer-Encoding": "chunked"]), responder: responder, now: .zero)
        _ = state.receive(body(20), responder: responder, now: .zero)
        #expect(memory.usedByteCount == 20)
        _ = state.receive(body(1), responder: responder, now: .zero)
        #expect(memory.usedByteCount == 40)
        _ = state.receive(body(20), responder: responder, now: .zero)
        #expect(memory.usedByteCount == 80)
        let action = state.receive(body(60), responder: responder, now: .zero)
        #expect(cause(action) == .bodyMemoryFull)
        _ = state.close()
        #expect(memory.usedByteCount == 0)
    }

    /// A state that has had its first answer at second 2.
    private func answered() -> ConnectionState {
        var state = answering()
        _ = state.answer(Answer(.ok), number: 1, now: .seconds(2))
        _ = state.wrote(now: .seconds(2))
        return state
    }

    private struct WideResponder: RequestResponder {
        func admit(_ head: HTTPRequestHead) -> Admission { .read(maximumByteCount: 1000) }
        func respond(to request: InboundRequest) async -> Answer { Answer(.ok) }
        func refuse(_ refusal: Refusal, head: HTTPRequestHead?, bodyByteCount: Int) -> Answer {
            Answer(refusal.status)
        }
    }
}
#endif
