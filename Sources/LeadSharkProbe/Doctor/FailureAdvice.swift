#if Server
extension DoctorCheck.Finding {
    /// What a request or a connection that failed says, and what to do.
    ///
    /// - Parameter isLocal: Whether it was to this machine itself, where listening on 127.0.0.1 alone is enough.
    init(_ failure: ProbeFailure, isLocal: Bool = false) {
        let remedy =
            switch failure.kind {
            case .nameNotResolved:
                "check the spelling; a new name may need some minutes until all name servers know it"
            case .refused where isLocal: "start the receiver, and check that it listens on this port"
            case .refused: "start the receiver, and check that it listens on this port and not on 127.0.0.1 alone"
            case .connectTimedOut: "open the port in the firewall, and check that the address is the server's"
            case .unreachable: "check the server's address, and its network"
            case .certificate: "get a certificate for this very name, and have the server send its whole chain"
            case .tls: "check that the port serves https"
            case .answerTimedOut:
                "store first and answer at once: LeadShark waits 10 seconds; do the work afterwards"
            case .closed: "look into the endpoint's log: it ended the connection without an answer"
            case .cancelled: "let it run to its end"
            case .other: "look into the endpoint's log"
            }
        self.init(failure.description, remedy: remedy)
    }
}
#endif
