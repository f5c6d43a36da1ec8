#if Server
import FoundationEssentials
import LeadSharkTesting
public import LeadSharkWebhooks
import NIOCore

/// Goes through the vendor's troubleshooting list for an endpoint: is it reachable, does it answer in time, does it
/// verify signatures.
///
/// It looks from where it runs. That an endpoint is reachable from here does not show that LeadShark reaches it; a URL
/// that LeadShark cannot reach gets a warning. The events that it sends are of the reserved type ``EventType/test``, which
/// our receiver gives to no handler.
public struct Doctor: Sendable {
    /// The limits of an examination.
    public struct Configuration: Sendable {
        /// How long a connection may take.
        public var connectTimeout: Duration = .seconds(5)
        /// How long to wait for an answer: longer than ``vendorDeadline``, to tell a late answer from none.
        public var timeout: Duration = .seconds(15)
        /// How long LeadShark waits for an answer.
        public var vendorDeadline: Duration = .seconds(10)
        /// From when on an answer is so late that it gets a warning.
        public var warningThreshold: Duration = .seconds(8)
        /// Why the signed event is not sent when there is no secret: what to do about it, in the caller's words.
        public var missingSecretReason = "no secret is set"

        /// The defaults.
        public init() {}
    }

    private let urlText: String
    private let secret: SigningSecret?
    private let configuration: Configuration
    private let network: Network
    private let clock: any Clock<Duration>
    private let makeID: @Sendable () -> String
    private let now: @Sendable () -> Date

    /// Makes a doctor for one endpoint.
    ///
    /// - Parameters:
    ///   - url: The URL as the user wrote it. What is wrong with it is a finding, not an error.
    ///   - secret: The webhook's secret. Without it, whether a signed event is acknowledged is not checked.
    ///   - clock: What the time is measured by.
    public init(
        url: String, secret: SigningSecret?, configuration: Configuration = Configuration(),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.init(url: url, secret: secret, configuration: configuration, clock: clock, network: .system)
    }

    init(
        url: String, secret: SigningSecret?, configuration: Configuration = Configuration(),
        clock: any Clock<Duration> = ContinuousClock(), network: Network,
        makeID: @escaping @Sendable () -> String = { UUID().uuidString },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        urlText = url
        self.secret = secret
        self.configuration = configuration
        self.network = network
        self.clock = clock
        self.makeID = makeID
        self.now = now
    }

    /// Makes all checks, in order. One that needs another that failed is skipped.
    ///
    /// - Parameter onCheck: Called with each check as soon as it is made.
    public func run(onCheck: (DoctorCheck) -> Void = { _ in }) async -> DoctorReport {
        var checks: [DoctorCheck] = []
        func note(_ check: DoctorCheck) -> DoctorCheck {
            checks.append(check)
            onCheck(check)
            return check
        }
        let url: EndpointURL
        do {
            url = try EndpointURL(urlText)
        } catch {
            _ = note(DoctorCheck(.url, .failed(.init(error.message, remedy: error.remedy))))
            for subject in DoctorCheck.Subject.allCases.dropFirst() {
                _ = note(DoctorCheck(subject, .skipped(reason: "the URL cannot be used")))
            }
            return DoctorReport(checks: checks)
        }
        _ = note(DoctorCheck(.url, URLAdvice.result(for: url)))

        let (name, addresses) = await resolve(url)
        _ = note(name)
        let (connection, address) = await connect(to: addresses)
        _ = note(connection)
        let tls = note(await shakeHands(with: address, url: url))
        guard let cause = cause(name, connection, tls) else {
            await ProbeClient.with(
                timeout: configuration.timeout, connectTimeout: configuration.connectTimeout, connections: 1,
                clock: clock
            ) { client in
                let examination = EndpointExamination(
                    url: url, secret: secret, configuration: configuration, client: client, makeID: makeID, now: now
                )
                _ = note(await examination.getTest())
                let signed = note(await examination.signedEvent())
                _ = note(await examination.wrongSignature(after: signed))
                _ = note(await examination.missingSignature(after: signed))
            }
            return DoctorReport(checks: checks)
        }
        for subject in [DoctorCheck.Subject.getTest, .signedEvent, .wrongSignature, .missingSignature] {
            _ = note(DoctorCheck(subject, .skipped(reason: cause)))
        }
        return DoctorReport(checks: checks)
    }

    private func cause(_ name: DoctorCheck, _ connection: DoctorCheck, _ tls: DoctorCheck) -> String? {
        if name.isFailure { return "the host's name does not resolve" }
        if connection.isFailure { return "the server is not reachable" }
        return tls.isFailure ? "TLS failed" : nil
    }

    private func resolve(_ url: EndpointURL) async -> (DoctorCheck, [SocketAddress]) {
        var result: Swift.Result<[SocketAddress], ProbeFailure> = .failure(ProbeFailure(.other))
        let duration = await clock.measure {
            do {
                result = .success(try await network.resolve(url.host, url.port))
            } catch {
                result = .failure(ProbeFailure(error))
            }
        }
        switch result {
        case .failure(let failure):
            return (DoctorCheck(.name, .failed(.init(failure)), duration: duration), [])
        case .success(let addresses):
            let scopes = addresses.compactMap { $0.ipAddress.flatMap(AddressScope.init(address:)) }
            // The URL's own check speaks of an address or name that says by itself where it is.
            let isTold = AddressScope(address: url.host) != nil || AddressScope(name: url.host) != nil
            if !isTold, !scopes.contains(.public), let finding = scopes.first?.finding {
                return (DoctorCheck(.name, .warning([finding]), duration: duration), addresses)
            }
            let texts = addresses.compactMap(\.ipAddress).prefix(4).joined(separator: ", ")
            return (DoctorCheck(.name, .ok(detail: texts), duration: duration), addresses)
        }
    }

    private func connect(to addresses: [SocketAddress]) async -> (DoctorCheck, SocketAddress?) {
        guard !addresses.isEmpty else {
            return (DoctorCheck(.connection, .skipped(reason: "the host's name does not resolve")), nil)
        }
        var failure = ProbeFailure(.other)
        for address in addresses {
            do {
                var caught: (any Error)?
                let duration = await clock.measure {
                    do { try await network.connect(address, configuration.connectTimeout) } catch { caught = error }
                }
                if let caught { throw caught }
                let detail = "\(address.ipAddress ?? "") port \(address.port ?? 0)"
                return (DoctorCheck(.connection, .ok(detail: detail), duration: duration), address)
            } catch {
                failure = ProbeFailure(error)
            }
        }
        let isLocal = addresses.allSatisfy {
            $0.ipAddress.flatMap(AddressScope.init(address:)) == .loopback
        }
        return (DoctorCheck(.connection, .failed(.init(failure, isLocal: isLocal))), nil)
    }

    private func shakeHands(with address: SocketAddress?, url: EndpointURL) async -> DoctorCheck {
        guard url.isSecure else { return DoctorCheck(.tls, .skipped(reason: "the URL is http")) }
        guard let address else { return DoctorCheck(.tls, .skipped(reason: "the server is not reachable")) }
        var failure: ProbeFailure?
        let duration = await clock.measure {
            do {
                try await network.shakeHands(address, url.host, configuration.connectTimeout)
            } catch {
                failure = ProbeFailure(error)
            }
        }
        guard let failure else {
            return DoctorCheck(.tls, .ok(detail: "valid for \(url.host)"), duration: duration)
        }
        return DoctorCheck(.tls, .failed(.init(failure)), duration: duration)
    }
}
#endif
