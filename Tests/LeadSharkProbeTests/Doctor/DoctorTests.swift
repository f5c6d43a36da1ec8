#if Server
import FoundationEssentials
import LeadSharkTesting
import LeadSharkWebhooks
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import TestPeers
import Testing

@testable import LeadSharkProbe

@Suite("The doctor")
struct DoctorTests {
    private typealias Subject = DoctorCheck.Subject

    /// The client waits by the real clock: not to be late on a busy machine, it waits for an hour.
    private static var patient: Doctor.Configuration {
        var configuration = Doctor.Configuration()
        configuration.timeout = .seconds(3600)
        configuration.connectTimeout = .seconds(3600)
        return configuration
    }

    private func doctor(
        _ url: String, secret: SigningSecret? = nil, configuration: Doctor.Configuration = Self.patient,
        clock: any Clock<Duration> = ManualClock(), network: Network = .system
    ) -> Doctor {
        Doctor(url: url, secret: secret, configuration: configuration, clock: clock, network: network)
    }

    /// What an endpoint does that is as it should be.
    private static func answer(_ request: RecordedRequest, secret: SigningSecret) -> ScriptedAnswer {
        if request.head.method == .GET { return .status(200) }
        return .status(request.isSigned(with: secret) ? 200 : 401)
    }

    private func failure(_ report: DoctorReport, _ subject: DoctorCheck.Subject) -> DoctorCheck.Finding? {
        guard case .failed(let finding) = report[subject]?.result else { return nil }
        return finding
    }

    private func skipReason(_ report: DoctorReport, _ subject: DoctorCheck.Subject) -> String? {
        guard case .skipped(let reason) = report[subject]?.result else { return nil }
        return reason
    }

    private func warnings(_ report: DoctorReport, _ subject: DoctorCheck.Subject) -> [String] {
        guard case .warning(let findings) = report[subject]?.result else { return [] }
        return findings.map(\.problem)
    }

    private func isOK(_ report: DoctorReport, _ subject: DoctorCheck.Subject) -> Bool {
        if case .ok = report[subject]?.result { true } else { false }
    }

    // MARK: Below HTTP

    @Test("With a URL that cannot be used nothing else is checked")
    func badURL() async {
        let report = await doctor("example.com/webhooks").run()
        #expect(failure(report, .url)?.problem == "the URL does not begin with https://")
        #expect(report.checks.map(\.subject) == Subject.allCases)
        for subject in Subject.allCases.dropFirst() { #expect(skipReason(report, subject) != nil) }
        #expect(!report.isHealthy)
    }

    @Test("A name that does not resolve ends it there")
    func noName() async {
        let report = await doctor("https://name.invalid/webhooks").run()
        #expect(failure(report, .name)?.problem == "the host's name does not resolve")
        for subject in [Subject.connection, .tls, .getTest, .signedEvent, .wrongSignature, .missingSignature] {
            #expect(skipReason(report, subject) != nil)
        }
        #expect(!report.isHealthy)
    }

    @Test("A port on which nothing listens is told from one that does not answer and from a host without a way")
    func noConnection() async throws {
        let refused = try await ClosedPort.with { port in await doctor("http://127.0.0.1:\(port)/x").run() }
        #expect(failure(refused, .connection)?.problem == "the connection was refused")
        #expect(failure(refused, .connection)?.remedy.contains("start the receiver") == true)
        #expect(skipReason(refused, .getTest) == "the server is not reachable")

        for (error, problem, remedy) in [
            (ChannelError.connectTimeout(.seconds(5)) as any Error, "no connection came about in time", "firewall"),
            (IOError(errnoCode: 113, reason: "connect"), "there is no way to the host", "network"),
        ] {
            let network = Network(
                resolve: { _, port in [try SocketAddress(ipAddress: "192.0.2.1", port: port)] },
                connect: { _, _ in throw error }, shakeHands: { _, _, _ in })
            let report = await doctor("https://example.com/x", network: network).run()
            #expect(failure(report, .connection)?.problem == problem)
            #expect(failure(report, .connection)?.remedy.contains(remedy) == true)
            #expect(skipReason(report, .tls) == "the server is not reachable")
        }
    }

    @Test("One address that answers is enough")
    func secondAddress() async throws {
        let secret = try TestSecret.make()
        try await ScriptedServer.with({ request, _ in Self.answer(request, secret: secret) }) { server in
            let tried = NIOLockedValueBox<[String]>([])
            var network = Network.system
            network.resolve = { _, port in
                try ["192.0.2.1", "127.0.0.1"].map { try SocketAddress(ipAddress: $0, port: port) }
            }
            network.connect = { address, _ in
                tried.withLockedValue { $0.append(address.ipAddress ?? "") }
                if address.ipAddress == "192.0.2.1" { throw IOError(errnoCode: 113, reason: "connect") }
            }
            let report = await doctor(server.url("/x"), secret: secret, network: network).run()
            #expect(isOK(report, .connection))
            #expect(tried.withLockedValue { $0 } == ["192.0.2.1", "127.0.0.1"])
        }
    }

    @Test("A public name with private addresses alone is a warning")
    func privateAddresses() async {
        let network = Network(
            resolve: { _, port in [try SocketAddress(ipAddress: "10.1.2.3", port: port)] },
            connect: { _, _ in throw ProbeFailure(.refused) }, shakeHands: { _, _, _ in })
        let report = await doctor("https://example.com/x", network: network).run()
        #expect(warnings(report, .name).first?.contains("private network") == true)
    }

    @Test("A port without TLS, a certificate nobody trusts, and TLS for http are told apart")
    func tls() async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let report = await doctor("https://localhost:\(server.port)/x").run()
            #expect(failure(report, .tls)?.problem == "TLS failed (the port does not speak TLS)")
            #expect(skipReason(report, .getTest) == "TLS failed")
            let plain = await doctor(server.url("/x")).run()
            #expect(skipReason(plain, .tls) == "the URL is http")
        }
        try await ScriptedServer.with(identity: .selfSigned(), { _, _ in .status(200) }) { server in
            let report = await doctor("https://localhost:\(server.port)/x").run()
            #expect(failure(report, .tls)?.problem.contains("not valid for this host") == true)
            #expect(failure(report, .tls)?.remedy.contains("whole chain") == true)
            #expect(server.requests.isEmpty)
        }
    }

    // MARK: The GET test

    @Test(
        "A GET that is not answered with 2xx fails with its own remedy",
        arguments: [
            (301, "URL that it leads to"), (401, "without asking"), (403, "without asking"), (404, "path"),
            (405, "answer GET"),
            (410, "path"), (429, "rate"), (500, "log"), (502, "behind it"), (503, "log"), (504, "behind it"),
            (418, "2xx"),
        ])
    func getRefused(status: Int, remedy: String) async throws {
        try await ScriptedServer.with({ _, _ in .status(status, headers: [("Location", "https://other.example/x")])
        }) { server in
            let report = await doctor(server.url("/x")).run()
            let finding = try #require(failure(report, .getTest))
            #expect(finding.problem == "it was answered with \(status)")
            #expect(finding.remedy.contains(remedy))
            #expect(finding.remedy.contains("https://other.example/x") == (status == 301))
            #expect(!report.isHealthy)
        }
    }

    @Test("Where only a form with a payload is refused, that is a warning")
    func getForms() async throws {
        let script: ScriptedServer.Script = { request, _ in
            if request.head.method != .GET { return .status(401) }
            return .status(request.body.isEmpty ? 200 : 400)
        }
        try await ScriptedServer.with(script) { server in
            let report = await doctor(server.url("/x")).run()
            #expect(warnings(report, .getTest) == ["with its payload in the body it was answered with 400"])
            #expect(report.isHealthy)
            #expect(report.hasWarnings)
        }
    }

    @Test("An endpoint that hangs up or stays silent fails")
    func noAnswer() async throws {
        var impatient = Self.patient
        impatient.timeout = .milliseconds(50)
        for (answer, configuration, problem) in [
            (ScriptedAnswer.hangUp, Self.patient, "the connection was closed without an answer"),
            (.silence, impatient, "no answer came in time"),
        ] {
            try await ScriptedServer.with({ _, _ in answer }) { server in
                let secret = try TestSecret.make()
                let report = await doctor(server.url("/x"), secret: secret, configuration: configuration).run()
                for subject in [Subject.getTest, .signedEvent, .wrongSignature, .missingSignature] {
                    #expect(failure(report, subject)?.problem == problem)
                }
            }
        }
    }

    // MARK: Signatures

    @Test("An endpoint that takes everything does not verify, and fails")
    func acceptsAll() async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let report = await doctor(server.url("/x"), secret: try TestSecret.make()).run()
            #expect(isOK(report, .signedEvent))
            for subject in [Subject.wrongSignature, .missingSignature] {
                #expect(failure(report, subject)?.problem.contains("anybody who knows the URL") == true)
            }
            #expect(!report.isHealthy)
        }
    }

    @Test("An endpoint that checks a signature only when there is one fails")
    func missingIsAccepted() async throws {
        let secret = try TestSecret.make()
        let script: ScriptedServer.Script = { request, _ in
            request.values(WebhookHeaders.signature).isEmpty ? .status(200) : Self.answer(request, secret: secret)
        }
        try await ScriptedServer.with(script) { server in
            let report = await doctor(server.url("/x"), secret: secret).run()
            #expect(isOK(report, .wrongSignature))
            #expect(failure(report, .missingSignature) != nil)
        }
    }

    @Test(
        "A signed event that is not acknowledged fails with its own remedy",
        arguments: [
            (401, "secret"), (403, "secret"), (404, "path"), (405, "POST"), (413, "limit"), (415, "content type"),
            (500, "log"), (307, "URL that it leads to"),
        ])
    func notAcknowledged(status: Int, remedy: String) async throws {
        let script: ScriptedServer.Script = { request, _ in
            request.head.method == .GET ? .status(204) : .status(status)
        }
        try await ScriptedServer.with(script) { server in
            let report = await doctor(server.url("/x"), secret: try TestSecret.make()).run()
            #expect(isOK(report, .getTest))
            #expect(failure(report, .signedEvent)?.remedy.contains(remedy) == true)
            // The same answer to everything does not show that signatures are checked, unless it says so.
            #expect(isOK(report, .wrongSignature) == [401, 403, 413, 415].contains(status))
            #expect(!report.isHealthy)
        }
    }

    @Test("Without a secret the signed event is skipped, and the refusals are still checked")
    func noSecret() async throws {
        let secret = try TestSecret.make()
        try await ScriptedServer.with({ request, _ in Self.answer(request, secret: secret) }) { server in
            let report = await doctor(server.url("/x")).run()
            #expect(skipReason(report, .signedEvent) == "no secret is set")
            #expect(isOK(report, .wrongSignature))
            #expect(isOK(report, .missingSignature))
            #expect(report.isHealthy)
        }
    }

    @Test(
        "An answer that comes late is a warning, one that comes too late a failure",
        arguments: [
            (Duration.seconds(8), 0), (.milliseconds(8_001), 1), (.seconds(10), 1), (.milliseconds(10_001), 2),
        ])
    func late(duration: Duration, severity: Int) async throws {
        let secret = try TestSecret.make()
        let clock = ManualClock()
        let script: ScriptedServer.Script = { request, _ in
            let isSigned = request.head.method == .POST && request.isSigned(with: secret)
            if isSigned { clock.advance(by: duration) }
            return Self.answer(request, secret: secret)
        }
        try await ScriptedServer.with(script) { server in
            let report = await doctor(server.url("/x"), secret: secret, clock: clock).run()
            #expect(report[.signedEvent]?.duration == duration)
            switch severity {
            case 0: #expect(isOK(report, .signedEvent))
            case 1: #expect(warnings(report, .signedEvent).count == 1)
            default: #expect(failure(report, .signedEvent)?.problem.contains("10.0 s that LeadShark waits") == true)
            }
            #expect(report.isHealthy == (severity < 2))
        }
    }

    @Test(
        "The GET test too is judged by the time of its answer",
        arguments: [
            (Duration.seconds(8), 0), (.milliseconds(8_001), 1), (.seconds(10), 1), (.milliseconds(10_001), 2),
        ])
    func lateTest(duration: Duration, severity: Int) async throws {
        let secret = try TestSecret.make()
        let clock = ManualClock()
        let script: ScriptedServer.Script = { request, _ in
            if request.head.method == .GET { clock.advance(by: duration) }
            return Self.answer(request, secret: secret)
        }
        try await ScriptedServer.with(script) { server in
            let report = await doctor(server.url("/x"), secret: secret, clock: clock).run()
            switch severity {
            case 0: #expect(isOK(report, .getTest))
            case 1: #expect(!warnings(report, .getTest).isEmpty)
            default: #expect(failure(report, .getTest)?.problem.contains("10.0 s that LeadShark waits") == true)
            }
            #expect(report.isHealthy == (severity < 2))
        }
    }

    @Test("A healthy endpoint passes all checks, each told at once and in order")
    func healthy() async throws {
        let secret = try TestSecret.make()
        try await ScriptedServer.with({ request, _ in Self.answer(request, secret: secret) }) { server in
            var told: [DoctorCheck.Subject] = []
            let report = await doctor(server.url("/webhooks/leadshark"), secret: secret).run {
                told.append($0.subject)
            }
            #expect(told == Subject.allCases)
            #expect(report.checks.map(\.subject) == Subject.allCases)
            #expect(report.isHealthy)
            for subject in [Subject.name, .connection, .getTest, .signedEvent, .wrongSignature, .missingSignature] {
                #expect(isOK(report, subject), "\(subject)")
            }
            #expect(warnings(report, .url).count == 1)

            let posts = server.requests.filter { $0.head.method == .POST }
            #expect(posts.count == 3)
            #expect(posts.allSatisfy { $0.type == EventType.test.rawValue })
            #expect(Set(posts.map(\.body)).count == 3)
            #expect(posts.map { $0.isSigned(with: secret) } == [true, false, false])
            #expect(posts[1].values(WebhookHeaders.signature).first?.count == 64)
            #expect(posts[2].values(WebhookHeaders.signature).isEmpty)
        }
    }

    @Test("Nothing that it says holds the secret, a signature or the URL's query")
    func nothingSecret() async throws {
        let secret = try TestSecret.make("s3cr3t-value")
        for status in [200, 401, 500] {
            try await ScriptedServer.with({ _, _ in .status(status) }) { server in
                let report = await doctor(server.url("/x?key=s3cr3t-value"), secret: secret).run()
                #expect(!"\(report)".contains("s3cr3t"))
                for signature in server.requests.flatMap({ $0.values(WebhookHeaders.signature) }) {
                    #expect(!"\(report)".contains(signature))
                }
            }
        }
    }
}
#endif
