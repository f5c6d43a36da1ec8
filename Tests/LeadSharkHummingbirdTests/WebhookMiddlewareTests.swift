#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import NIOCore
import TestVectors
import Testing

@testable import LeadSharkHummingbird

@Suite("Webhooks in a Hummingbird server")
struct WebhookMiddlewareTests {
    private let old: SigningSecret
    private let new: SigningSecret

    init() throws {
        old = try SigningSecret("the old secret")
        new = try SigningSecret("the new secret")
    }

    // MARK: Refused

    @Test(
        "A missing, malformed or repeated signature is refused, without a reason",
        arguments: [
            [], [""], ["  "], ["x"], ["sha256=#"], ["#0"], ["#,#"], ["#", "0"], ["0", "#"], ["#", ""],
            ["#", "sha256=#"],
        ])
    func malformed(values: [String]) async throws {
        let request = Fixture.request(for: .newComment, secret: new)
        let signatures = values.map { $0.replacing("#", with: request.signature ?? "") }
        let answer = try await answer(to: request.body, signatures: signatures)
        #expect(answer.isBare401)
    }

    @Test("A single flipped bit in the signature is refused", arguments: [0, 31])
    func flippedSignature(index: Int) async throws {
        let request = Fixture.request(for: .newComment, secret: new)
        var digits = Array((request.signature ?? "").utf8)
        digits[index * 2] = digits[index * 2] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        let answer = try await answer(
            to: request.body, signatures: [String(decoding: digits, as: UTF8.self)])
        #expect(answer.isBare401)
    }

    @Test("A single flipped bit in the body is refused, and so are a byte more and a byte less")
    func changedBody() async throws {
        let request = Fixture.request(for: .newComment, secret: new)
        var flipped = request.body
        flipped[flipped.count / 2] ^= 1
        for body in [flipped, request.body + [0x0a], Array(request.body.dropLast()), []] {
            let answer = try await answer(
                to: body, signatures: [request.signature ?? ""])
            #expect(answer.isBare401)
        }
    }

    @Test("A body that promises to be too long is refused before it is read")
    func promisesTooMuch() async throws {
        let (body, parts) = AsyncStream.makeStream(of: ByteBuffer.self)  // and nothing ever arrives
        defer { parts.finish() }
        for promise in ["1001", "99999999999999", "\(Int.max)"] {
            let answer = try await answer(
                to: RequestBody(asyncSequence: body), signatures: [], limit: 1000,
                contentLength: promise)
            #expect(answer.status == .contentTooLarge)
        }
    }

    @Test("A body without a length is refused as soon as it is too long")
    func growsTooLong() async throws {
        let (body, parts) = AsyncStream.makeStream(of: ByteBuffer.self)
        defer { parts.finish() }
        for _ in 0..<11 { parts.yield(ByteBuffer(repeating: 0x20, count: 100)) }  // and has no end
        let answer = try await answer(
            to: RequestBody(asyncSequence: body), signatures: [], limit: 1000)
        #expect(answer.status == .contentTooLarge)
    }

    @Test("A length that is no number, or below zero, is no way around the limit", arguments: ["x", "-1", "", "1e3"])
    func oddLength(promise: String) async throws {
        let tooLong = [UInt8](repeating: 0x20, count: 1001)
        let signature = new.signature(for: tooLong.span).hexadecimal
        let answer = try await answer(
            to: RequestBody(buffer: ByteBuffer(bytes: tooLong)), signatures: [signature],
            limit: 1000, contentLength: promise)
        #expect(answer.status == .contentTooLarge)
    }

    @Test("A sender that goes away in the middle of its body is not taken for one that had finished")
    func brokenOff() async throws {
        struct Gone: Error {}
        let request = Fixture.request(for: .newComment, secret: new)
        let body = AsyncThrowingStream<ByteBuffer, any Error> { parts in
            parts.yield(ByteBuffer(bytes: request.body))
            parts.finish(throwing: Gone())
        }
        await #expect(throws: Gone.self) {
            try await answer(
                to: RequestBody(asyncSequence: body), signatures: [request.signature ?? ""])
        }
    }

    // MARK: Accepted

    @Test("What LeadShark signed comes to the route, and the body is used up")
    func accepted() async throws {
        for type in EventType.documented {
            let request = Fixture.request(for: type, secret: new)
            let answer = try await answer(
                to: request.body, signatures: [request.signature ?? ""])
            #expect(answer.status == .ok)
            #expect(answer.rest == 0)
            #expect(answer.webhook?.payload == request.body)
        }
    }

    @Test("A body is put together from its parts, however they arrive", arguments: [1, 7, 64, 4096])
    func parts(size: Int) async throws {
        let request = Fixture.request(for: .dmSent, secret: new)
        let parts = stride(from: 0, to: request.body.count, by: size).map { start in
            ByteBuffer(bytes: request.body[start..<min(start + size, request.body.count)])
        }
        for length in [nil, "\(request.body.count)", "1"] {
            let body = AsyncStream<ByteBuffer> { stream in
                for part in parts { stream.yield(part) }
                stream.finish()
            }
            let answer = try await answer(
                to: RequestBody(asyncSequence: body), signatures: [request.signature ?? ""],
                contentLength: length)
            #expect(answer.status == .ok)
            #expect(answer.webhook?.payload == request.body)
        }
    }

    @Test("A body of exactly the limit is accepted, and an empty one that was signed")
    func edges() async throws {
        for count in [0, WebhookMiddleware<Context>.defaultMaximumBodyByteCount] {
            let body = [UInt8](repeating: 0x20, count: count)
            let answer = try await answer(
                to: body, signatures: [new.signature(for: body.span).hexadecimal])
            #expect(answer.status == .ok)
            #expect(answer.webhook?.payload == body)
        }
    }

    @Test("During a rotation both secrets are accepted, and afterwards the new one alone")
    func rotation() async throws {
        let before = Fixture.request(for: .newLike, number: 1, secret: old)
        let after = Fixture.request(for: .newLike, number: 2, secret: new)
        let steps: [(secrets: SecretSet, before: SecretSet.Position?, after: SecretSet.Position?)] = [
            (SecretSet(current: old), .current, nil), (SecretSet(current: new, previous: old), .previous, .current),
            (SecretSet(current: new), nil, .current),
        ]
        for step in steps {
            for (request, expected) in [(before, step.before), (after, step.after)] {
                let answer = try await answer(
                    to: request.body, signatures: [request.signature ?? ""],
                    verifier: WebhookVerifier(secrets: step.secrets))
                #expect(answer.webhook?.secret == expected)
                #expect(answer.status == (expected == nil ? .unauthorized : .ok))
            }
        }
    }

    @Test("A re-formatted body is refused, unless the verifier takes it; then the route gets the text that was signed")
    func reformatted() async throws {
        let payload = Fixture.payload(for: .dmSent)
        let signature = new.signature(for: payload.span).hexadecimal
        let body = Array(" ".utf8) + payload + Array("\n".utf8)
        let strict = try await answer(to: body, signatures: [signature])
        #expect(strict.status == .unauthorized)
        let lenient = try await answer(
            to: body, signatures: [signature],
            verifier: WebhookVerifier(secrets: SecretSet(current: new), reformattedBodies: .canonicalized))
        #expect(lenient.webhook?.payload == payload)
        #expect(lenient.webhook?.isCanonicalText == true)
    }

    @Test("The middleware judges as the library does", arguments: VerificationVector.all)
    func vectors(_ vector: VerificationVector) async throws {
        // What a header cannot carry never gets this far.
        let values = vector.signatures.filter { HTTPField.isValidValue($0) }
        guard values.count == vector.signatures.count else { return }
        let answer = try await answer(
            to: vector.body, signatures: vector.signatures, verifier: WebhookVerifier(secrets: vector.secrets))
        #expect(answer.status == (vector.isAccepted ? .ok : .unauthorized))
        if case .accept(let secret) = vector.verdict {
            #expect(answer.webhook?.payload == vector.body)
            #expect(answer.webhook?.secret.rawValue == secret)
        }
    }

    // MARK: Around it

    @Test("A route that no middleware is in front of has no webhook, which is the server's mistake")
    func forgotten() throws {
        let error = #expect(throws: HTTPError.self) { try Context().requireWebhook() }
        #expect(error?.status == .internalServerError)
    }

    @Test("Over a real connection the same holds, and the connection goes on after a refusal")
    func overTheNetwork() async throws {
        let router = Router(context: ServerContext.self)
        router.group("webhook")
            .add(middleware: WebhookMiddleware(verifier: verifier(new), maximumBodyByteCount: 1000))
            .post { _, context in try context.requireWebhook().event().type.rawValue }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let request = Fixture.request(for: .newComment, secret: new)
        let name = try #require(HTTPField.Name(WebhookHeaders.signature))
        let good = HTTPField(name: name, value: request.signature ?? "")
        let bad = HTTPField(name: name, value: String(repeating: "0", count: 64))
        try await application.test(.live) { client in
            for (headers, body, status) in [
                ([], request.body, HTTPResponse.Status.unauthorized), ([bad], request.body, .unauthorized),
                ([good, bad], request.body, .unauthorized), ([bad, good], request.body, .unauthorized),
                ([good], [UInt8](repeating: 0x20, count: 1001), .contentTooLarge),
                ([good], request.body + [0x20], .unauthorized), ([good, good], request.body, .ok),
                ([good], request.body, .ok),
            ] as [([HTTPField], [UInt8], HTTPResponse.Status)] {
                let answer = try await client.execute(
                    uri: "/webhook", method: .post, headers: HTTPFields(headers), body: ByteBuffer(bytes: body))
                #expect(answer.status == status)
                #expect(String(buffer: answer.body) == (status == .ok ? "new.comment" : ""))
            }
        }
    }

    // MARK: The middleware under test

    private struct ServerContext: WebhookRequestContext {
        var coreContext: CoreRequestContextStorage
        var webhook: VerifiedWebhook?

        init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }
    }

    /// A context that no connection stands behind.
    private struct Context: WebhookRequestContext {
        struct Source: RequestContextSource {
            let logger: Logger
        }

        var coreContext: CoreRequestContextStorage
        var webhook: VerifiedWebhook?

        init(source: Source) { coreContext = .init(source: source) }
        init() { self.init(source: Source(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })) }
    }

    /// What came of a request: the status, and what the route got to see.
    private struct Answer {
        var status: HTTPResponse.Status
        var webhook: VerifiedWebhook?
        /// How much of the body was left.
        var rest: Int?

        var isBare401: Bool { status == .unauthorized && webhook == nil }
    }

    private func verifier(_ secret: SigningSecret) -> WebhookVerifier {
        WebhookVerifier(secrets: SecretSet(current: secret))
    }

    private func answer(
        to body: [UInt8], signatures: [String], verifier: WebhookVerifier? = nil
    ) async throws -> Answer {
        try await answer(
            to: RequestBody(buffer: ByteBuffer(bytes: body)), signatures: signatures, verifier: verifier,
            contentLength: "\(body.count)")
    }

    private func answer(
        to body: RequestBody, signatures: [String], verifier: WebhookVerifier? = nil, limit: Int? = nil,
        contentLength: String? = nil
    ) async throws -> Answer {
        let verifier = verifier ?? self.verifier(new)
        let middleware =
            limit.map { WebhookMiddleware<Context>(verifier: verifier, maximumBodyByteCount: $0) }
            ?? WebhookMiddleware(verifier: verifier)
        var head = HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/webhook")
        head.headerFields[.contentLength] = contentLength
        let name = try #require(HTTPField.Name(WebhookHeaders.signature))
        for value in signatures { head.headerFields.append(HTTPField(name: name, value: value)) }
        let (answers, arrivals) = AsyncStream.makeStream(of: Answer.self)
        do {
            _ = try await middleware.handle(Request(head: head, body: body), context: Context()) { request, context in
                let rest = try await request.body.collect(upTo: 1 << 20).readableBytes
                arrivals.yield(Answer(status: .ok, webhook: try context.requireWebhook(), rest: rest))
                return Response(status: .ok)
            }
        } catch let error as HTTPError {
            #expect(error.body == nil)
            arrivals.yield(Answer(status: error.status))
        }
        arrivals.finish()
        var iterator = answers.makeAsyncIterator()
        let answer = try #require(await iterator.next())
        #expect(await iterator.next() == nil)
        return answer
    }
}
#endif
