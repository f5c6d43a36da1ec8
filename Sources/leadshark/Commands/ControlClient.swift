#if Server
import AsyncHTTPClient
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkReceiver
import NIOCore
import NIOHTTP1

/// Talks to a running receiver over its control socket.
struct ControlClient {
    /// The largest answer that is read.
    static let maximumAnswerByteCount = 4 << 20
    /// How long an answer may take.
    static let timeout: TimeAmount = .seconds(30)

    private let client: HTTPClient
    private let base: String
    private let socket: String

    /// Lends a client that is shut down afterwards.
    static func with<Result>(socket: String, _ body: (ControlClient) async throws -> Result) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(3)
        configuration.redirectConfiguration = .disallow
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let result = try await body(ControlClient(client: client, base: base(socket), socket: socket))
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// Has deliveries sent round again that are in one of `states`.
    ///
    /// - Returns: Those that go round again.
    func redeliver(_ ids: [DeliveryID], from states: Set<DeliveryState>) async throws -> [DeliveryID] {
        let response: ControlProtocol.RedeliverResponse = try await post(
            ControlProtocol.RedeliverRequest(ids, from: states), to: ControlProtocol.redeliverPath)
        return response.deliveries
    }

    /// Has events deleted for good.
    ///
    /// - Returns: Those that were there.
    func delete(_ events: [EventID]) async throws -> [EventID] {
        let response: ControlProtocol.DeleteResponse = try await post(
            ControlProtocol.DeleteRequest(events), to: ControlProtocol.deletePath)
        return response.events
    }

    /// What is in the receiver's spool.
    func spool() async throws -> ControlProtocol.SpoolState {
        try await ask(.GET, ControlProtocol.spoolPath)
    }

    /// Has the spool's events moved to the store, for a while.
    func drain() async throws -> ControlProtocol.DrainResponse {
        try await ask(.POST, ControlProtocol.drainPath)
    }

    private func post<Response: Decodable>(_ body: some Encodable, to path: String) async throws -> Response {
        try await ask(.POST, path, body: [UInt8](try JSONEncoder().encode(body)))
    }

    private func ask<Response: Decodable>(
        _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil
    ) async throws -> Response {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Host", value: "leadshark")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let (status, answer) = try await exchange(request)
        if status == .ok, let response = try? JSONDecoder().decode(Response.self, from: answer) { return response }
        if status == .notFound {
            throw CommandError(
                .unavailable, "the running receiver knows nothing of this; it may have been started without a spool")
        }
        let failure = try? JSONDecoder().decode(ControlProtocol.Failure.self, from: answer)
        throw CommandError(
            .unavailable,
            "the running receiver did not do it: \(failure?.error ?? "it answered with status \(status.code)")")
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> (HTTPResponseStatus, Data) {
        do {
            let response = try await client.execute(request, timeout: Self.timeout)
            let body = try await response.body.collect(upTo: Self.maximumAnswerByteCount)
            return (response.status, Data(body.readableBytesView))
        } catch {
            throw CommandError(
                .temporary,
                "the store is in use, and its owner cannot be asked: its control socket \(socket) does not answer; "
                    + "run this as the user who runs the receiver")
        }
    }

    /// The socket's path in the place of a host.
    private static func base(_ socket: String) -> String {
        var text = "http+unix://"
        for byte in socket.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += byte < 0x10 ? "%0" : "%"
                text += String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
#endif
