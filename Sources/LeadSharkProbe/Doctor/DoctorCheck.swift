#if Server
/// One item of the vendor's troubleshooting list, checked.
public struct DoctorCheck: Sendable, Hashable {
    /// What is checked, in the order of the checks.
    public enum Subject: String, Sendable, Hashable, Codable, CaseIterable {
        /// The URL makes sense for LeadShark.
        case url
        /// The host's name has addresses.
        case name
        /// A connection comes about.
        case connection
        /// The server's certificate is good.
        case tls
        /// The dashboard's GET test is answered with a 2xx.
        case getTest = "get_test"
        /// A signed event is acknowledged within the vendor's 10 seconds.
        case signedEvent = "signed_event"
        /// An event with a wrong signature is refused.
        case wrongSignature = "wrong_signature"
        /// An event without a signature is refused.
        case missingSignature = "missing_signature"
    }

    /// What is wrong, and what to do about it.
    public struct Finding: Sendable, Hashable, Codable {
        /// What is wrong, a clause.
        public let problem: String
        /// What to do, a clause.
        public let remedy: String

        init(_ problem: String, remedy: String) {
            self.problem = problem
            self.remedy = remedy
        }
    }

    /// How a check ended.
    public enum Result: Sendable, Hashable {
        /// All is well.
        case ok(detail: String)
        /// It works, but something deserves a look.
        case warning([Finding])
        /// It does not work.
        case failed(Finding)
        /// It was not checked.
        case skipped(reason: String)
    }

    /// What was checked.
    public let subject: Subject
    /// How it ended.
    public let result: Result
    /// How long it took, where that says something.
    public let duration: Duration?

    init(_ subject: Subject, _ result: Result, duration: Duration? = nil) {
        self.subject = subject
        self.result = result
        self.duration = duration
    }

    /// What is checked, as a heading.
    public var title: String {
        switch subject {
        case .url: "URL"
        case .name: "host name resolves"
        case .connection: "server is reachable"
        case .tls: "TLS certificate is valid"
        case .getTest: "GET test is answered with 2xx"
        case .signedEvent: "signed test event is acknowledged"
        case .wrongSignature: "wrong signature is refused"
        case .missingSignature: "missing signature is refused"
        }
    }

    /// Whether it does not work.
    public var isFailure: Bool {
        if case .failed = result { true } else { false }
    }

    /// Whether the checks that need this one can be made.
    var allowsNext: Bool {
        switch result {
        case .ok, .warning: true
        case .failed, .skipped: false
        }
    }
}

/// What a ``Doctor`` found.
public struct DoctorReport: Sendable, Hashable {
    /// The checks in their order, each subject once.
    public let checks: [DoctorCheck]

    /// Whether nothing failed.
    public var isHealthy: Bool { !checks.contains(where: \.isFailure) }
    /// Whether there is any warning.
    public var hasWarnings: Bool {
        checks.contains { if case .warning = $0.result { true } else { false } }
    }
    /// The check of a subject.
    public subscript(subject: DoctorCheck.Subject) -> DoctorCheck? { checks.first { $0.subject == subject } }
}
#endif
