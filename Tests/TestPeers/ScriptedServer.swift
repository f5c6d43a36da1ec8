#if Server
import NIOConcurrencyHelpers
import NIOCore
package import NIOHTTP1
import NIOPosix
import NIOSSL

/// A request as a ``ScriptedServer`` got it.
package struct RecordedRequest: Sendable {
    package var head: HTTPRequestHead
    package var body: [UInt8]

    /// The values of a header.
    package func values(_ name: String) -> [String] { head.headers[name] }
}

/// What a ``ScriptedServer`` does about a request.
package enum ScriptedAnswer: Sendable {
    /// Answers.
    case status(Int, headers: [(String, String)] = [], body: [UInt8] = [])
    /// Does not answer, and keeps the connection.
    case silence
    /// Closes the connection without an answer.
    case hangUp
}

/// An HTTP server on a free port of 127.0.0.1 that answers by a script and remembers what it was asked.
package final class ScriptedServer: Sendable {
    package typealias Script = @Sendable (_ request: RecordedRequest, _ number: Int) -> ScriptedAnswer

    private let channel: any Channel
    private let record: Record

    /// A certificate and its key, both PEM.
    package struct Identity: Sendable {
        package var certificate: [UInt8]
        package var key: [UInt8]
        package init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    private init(channel: any Channel, record: Record) {
        self.channel = channel
        self.record = record
    }

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - port: Another one than a free one.
    ///   - identity: What to serve TLS with.
    ///   - script: What to answer; `number` counts the requests from 0.
    package static func start(
        port: Int = 0, identity: Identity? = nil, _ script: @escaping Script
    ) async throws -> ScriptedServer {
        let record = Record(script: script)
        var context: NIOSSLContext?
        if let identity {
            let certificate = try NIOSSLCertificate(bytes: identity.certificate, format: .pem)
            let key = try NIOSSLPrivateKey(bytes: identity.key, format: .pem)
            context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)))
        }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [context] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Connection(record))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return ScriptedServer(channel: channel, record: record)
    }

    /// Lends a server to a test and stops it afterwards.
    package static func with<R>(
        identity: Identity? = nil, _ script: @escaping Script, do body: (ScriptedServer) async throws -> R
    ) async throws -> R {
        let server = try await start(identity: identity, script)
        do {
            let result = try await body(server)
            try await server.stop()
            return result
        } catch {
            try await server.stop()
            throw error
        }
    }

    /// The port that it listens on.
    package var port: Int { channel.localAddress?.port ?? 0 }

    /// The URL of a path on it.
    package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// What it was asked so far.
    package var requests: [RecordedRequest] { record.requests.withLockedValue { $0 } }

    /// Returns when the first request has come.
    package func waitForRequest() async throws { try await record.firstRequest.futureResult.get() }

    /// Closes the port. Connections that are there end with their clients.
    package func stop() async throws {
        record.firstRequest.fail(CancellationError())
        try await channel.close()
    }
}

private final class Record: Sendable {
    let requests = NIOLockedValueBox<[RecordedRequest]>([])
    let firstRequest = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
    let script: ScriptedServer.Script

    init(script: @escaping ScriptedServer.Script) { self.script = script }

    func answer(_ request: RecordedRequest) -> ScriptedAnswer {
        let number = requests.withLockedValue { requests in
            requests.append(request)
            return requests.count - 1
        }
        firstRequest.succeed()
        return script(request, number)
    }
}

private final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let record: Record
    private var request: RecordedRequest?

    init(_ record: Record) { self.record = record }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = RecordedRequest(head: head, body: [])
        case .body(let bytes): request?.body.append(contentsOf: bytes.readableBytesView)
        case .end:
            guard let request = request.take() else { return }
            carryOut(record.answer(request), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func carryOut(_ answer: ScriptedAnswer, _ context: ChannelHandlerContext) {
        switch answer {
        case .silence: break
        case .hangUp: context.close(promise: nil)
        case .status(let status, let headers, let body):
            var fields = HTTPHeaders(headers)
            fields.replaceOrAdd(name: "Content-Length", value: "\(body.count)")
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if !body.isEmpty {
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
            }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
#endif
