#if Server
/// What a status that is not 2xx says about an endpoint, and what to do.
enum StatusAdvice {
    /// For the GET of the test button.
    static func get(_ answer: ProbeAnswer) -> DoctorCheck.Finding {
        switch answer.status {
        case 401, 403:
            finding(
                answer,
                remedy:
                    "answer GET without asking for a signature or a login; a proxy or firewall in front may be the one that asks"
            )
        case 405, 501:
            finding(answer, remedy: "answer GET with 2xx: the dashboard's test button sends one")
        default: shared(answer)
        }
    }

    /// For a signed event.
    static func post(_ answer: ProbeAnswer) -> DoctorCheck.Finding {
        switch answer.status {
        case 401, 403:
            finding(
                answer,
                remedy:
                    "compare the endpoint's secret with the one used here and the one that LeadShark shows for this webhook; if they are equal, something in between changes the body"
            )
        case 405, 501: finding(answer, remedy: "take POST at this path")
        case 413: finding(answer, remedy: "raise the limit for bodies, of a proxy in front too: 256 KiB is ample")
        case 415: finding(answer, remedy: "take the content type application/json")
        default: shared(answer)
        }
    }

    private static func shared(_ answer: ProbeAnswer) -> DoctorCheck.Finding {
        switch answer.status {
        case 300..<400:
            let goal = answer.location.map { " (\($0))" } ?? ""
            return finding(
                answer, remedy: "enter the URL that it leads to\(goal) in LeadShark: do not count on redirects")
        case 404, 410:
            return finding(
                answer, remedy: "check the path: our receiver's is /webhooks/NAME, by default /webhooks/leadshark")
        case 429: return finding(answer, remedy: "do not limit the rate of webhooks, in a proxy in front either")
        case 502, 504:
            return finding(
                answer,
                remedy:
                    "a proxy answers, but nothing behind it: is the receiver running, and at the port that the proxy knows?"
            )
        case 500..<600:
            return finding(answer, remedy: "look into the endpoint's own log: it has trouble of its own")
        default: return finding(answer, remedy: "answer with 2xx; look into the endpoint's log for why it did not")
        }
    }

    private static func finding(_ answer: ProbeAnswer, remedy: String) -> DoctorCheck.Finding {
        .init("it was answered with \(answer.status)", remedy: remedy)
    }
}
#endif
