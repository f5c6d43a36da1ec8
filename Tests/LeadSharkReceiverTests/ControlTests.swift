#if Server
import FoundationEssentials
import Glibc
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkReceiver

private struct DoneHandler: DeliveryHandler {
    let name: HandlerName = "done"
    let report: AsyncStream<DeliveryID>.Continuation

    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        report.yield(delivery.id)
        return .done
    }
}

@Suite("The control socket")
struct ControlTests {
    /// A path for a socket, in a directory of its own that goes again.
    static func withPath(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/leadshark-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
        }
        try #require(made)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body("\(directory)/control")
    }

    static func call(_ path: String, _ target: String, body: String? = nil) async throws -> RawClient.Response {
        let client = try await RawClient.connect(path: path)
        if let body {
            try await client.send(HTTP.post(Array(body.utf8), to: target))
        } else {
            try await client.send(HTTP.get(target))
        }
        return try await client.response()
    }

    static func exists(_ path: String) -> Bool {
        FileStatus(path: path) != nil
    }

    @Test("The file is ours alone, and gone at the end")
    func file() async throws {
        try await Self.withPath { path in
            try await TestReceiver.run(configure: { $0.controlSocketPath = path }) { receiver in
                let status = try #require(FileStatus(path: path))
                #expect(status.isSocket)
                #expect(status.permissions & 0o777 == 0o600)
                #expect(receiver.addresses.controlSocketPath == path)
            }
            #expect(!Self.exists(path))
            // Nor does anything else stay behind.
            let directory = String(path.dropLast("/control".count))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    @Test("What a killed process left behind is replaced")
    func staleSocket() async throws {
        try await Self.withPath { path in
            let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            close(descriptor)
            try #require(bound == 0 && Self.exists(path))
            try await TestReceiver.run(configure: { $0.controlSocketPath = path }) { _ in
                let answer = try await Self.call(path, ControlProtocol.statusPath)
                #expect(answer.status == 200)
            }
        }
    }

    @Test("Another receiver's socket is left alone, and named")
    func socketInUse() async throws {
        try await Self.withPath { path in
            try await TestReceiver.run(configure: { $0.controlSocketPath = path }) { _ in
                var configuration = ReceiverConfiguration(webhooks: [LifecycleTests.webhook])
                configuration.listen = ListenAddress(host: "127.0.0.1", port: 0)
                configuration.adminListen = nil
                configuration.controlSocketPath = path
                let error = await LifecycleTests.error(of: configuration)
                #expect(error?.code == .controlSocketInUse)
                #expect(error?.message.contains(path) == true)
                let answer = try await Self.call(path, ControlProtocol.statusPath)
                #expect(answer.status == 200)
            }
        }
    }

    @Test("A place where no socket can be made is named, and no file there is touched")
    func impossiblePlaces() async throws {
        try await Self.withPath { path in
            try "precious".write(toFile: path, atomically: false, encoding: .utf8)
            for place in [path, "\(path)-dir/none", "/tmp/\(String(repeating: "x", count: 200))"] {
                var configuration = ReceiverConfiguration(webhooks: [LifecycleTests.webhook])
                configuration.listen = ListenAddress(host: "127.0.0.1", port: 0)
                configuration.adminListen = nil
                configuration.controlSocketPath = place
                let error = await LifecycleTests.error(of: configuration)
                #expect(error?.code == .controlSocketFailed)
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        }
    }

    @Test("Deliveries are sent round again, and the status counts them")
    func redeliver() async throws {
        let (handled, report) = AsyncStream.makeStream(of: DeliveryID.self)
        try await Self.withPath { path in
            try await TestReceiver.run(
                handlers: [DoneHandler(report: report)], configure: { $0.controlSocketPath = path }
            ) { receiver in
                var ids = handled.makeAsyncIterator()
                _ = try await receiver.post(1)
                let id = try #require(await ids.next())
                let request = try JSONEncoder().encode(
                    ControlProtocol.RedeliverRequest([id, DeliveryID(rawValue: 999)]))
                // Handled, but perhaps not yet settled.
                var response = ControlProtocol.RedeliverResponse([])
                while response.deliveries.isEmpty {
                    let answer = try await Self.call(
                        path, ControlProtocol.redeliverPath, body: String(decoding: request, as: UTF8.self))
                    #expect(answer.status == 200)
                    response = try JSONDecoder().decode(
                        ControlProtocol.RedeliverResponse.self, from: Data(answer.body.utf8))
                }
                #expect(response.deliveries == [id])
                #expect(await ids.next() == id)
                // It never was dead: whatever it is now, it is not meant.
                let other = try JSONEncoder().encode(ControlProtocol.RedeliverRequest([id], from: [.deadLettered]))
                let none = try await Self.call(
                    path, ControlProtocol.redeliverPath, body: String(decoding: other, as: UTF8.self))
                #expect(none.status == 200 && none.body == #"{"redelivered":[]}"#)
                let answer = try await Self.call(path, ControlProtocol.statusPath)
                let status = try JSONDecoder().decode(ControlProtocol.Status.self, from: Data(answer.body.utf8))
                #expect(status.webhooks == ["leadshark"])
                #expect(status.deliveries["done"]?.values.reduce(0, +) == 1)
                #expect(!status.isStopping)
            }
        }
    }

    @Test("Events are deleted in whatever state, and what is not there is not told as deleted")
    func delete() async throws {
        let (_, report) = AsyncStream.makeStream(of: DeliveryID.self)
        try await Self.withPath { path in
            try await TestReceiver.run(
                handlers: [DoneHandler(report: report)], configure: { $0.controlSocketPath = path }
            ) { receiver in
                for number in 1...120 { _ = try await receiver.post(number) }
                let request = try JSONEncoder().encode(
                    ControlProtocol.DeleteRequest((1...130).map { EventID(rawValue: $0) }))
                let answer = try await Self.call(
                    path, ControlProtocol.deletePath, body: String(decoding: request, as: UTF8.self))
                #expect(answer.status == 200)
                let response = try JSONDecoder().decode(
                    ControlProtocol.DeleteResponse.self, from: Data(answer.body.utf8))
                #expect(response.events == (1...120).map { EventID(rawValue: $0) })
                let status = try await Self.call(path, ControlProtocol.statusPath)
                let left = try JSONDecoder().decode(ControlProtocol.Status.self, from: Data(status.body.utf8))
                #expect(left.deliveries.isEmpty)
                // The sender's next try is a duplicate.
                #expect(try await receiver.post(1).status == 200)
                let after = try await Self.call(path, ControlProtocol.statusPath)
                let none = try JSONDecoder().decode(ControlProtocol.Status.self, from: Data(after.body.utf8))
                #expect(none.deliveries.isEmpty)
            }
        }
    }

    @Test(
        "A request to delete that is not one deletes nothing", arguments: ["", "{}", #"{"ids":[1]}"#, #"{"events":1}"#])
    func badDeletion(_ body: String) async throws {
        try await Self.withPath { path in
            try await TestReceiver.run(configure: { $0.controlSocketPath = path }) { _ in
                let answer = try await Self.call(path, ControlProtocol.deletePath, body: body)
                #expect(answer.status == 400)
                #expect(answer.body.contains("events"))
                #expect(try await Self.call(path, ControlProtocol.deletePath).status == 405)
            }
        }
    }

    @Test(
        "A request that is not one is refused with a word on it",
        arguments: [
            "", "{}", "[]", #"{"ids":"all"}"#, #"{"ids":[1.5]}"#, #"{"ids":[1],"states":["lost"]}"#,
            #"{"ids":[\#(String(repeating: "1,", count: 10_000))1]}"#,
        ])
    func badRequest(_ body: String) async throws {
        try await Self.withPath { path in
            try await TestReceiver.run(configure: { $0.controlSocketPath = path }) { _ in
                let answer = try await Self.call(path, ControlProtocol.redeliverPath, body: body)
                #expect(answer.status == 400)
                let failure = try JSONDecoder().decode(ControlProtocol.Failure.self, from: Data(answer.body.utf8))
                #expect(failure.error.contains("ids"))
            }
        }
    }

    @Test("Other targets and methods are refused")
    func otherTargets() async throws {
        try await Self.withPath { path in
            try await TestReceiver.run(configure: { $0.controlSocketPath = path }) { _ in
                let unknown = try await Self.call(path, "/webhooks/leadshark")
                #expect(unknown.status == 404)
                let method = try await Self.call(path, ControlProtocol.redeliverPath)
                #expect(method.status == 405)
                #expect(method.header("Allow") == "POST")
                // Without a spool nothing is known of one.
                #expect(try await Self.call(path, ControlProtocol.spoolPath).status == 404)
                #expect(try await Self.call(path, ControlProtocol.drainPath, body: "").status == 404)
            }
        }
    }
}
#endif
