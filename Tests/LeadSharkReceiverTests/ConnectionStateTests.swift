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

    private let memory = BodyMemory(maximumByteCount: 100)
    private let responder = Responder()
    private let limits = RequestLimits()

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
}

#endif
