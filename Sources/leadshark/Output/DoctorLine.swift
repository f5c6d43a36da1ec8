#if Server
import LeadSharkProbe

/// One check of `doctor`, as it is printed.
struct DoctorLine: Encodable {
    let check: DoctorCheck.Subject
    let result: String
    let detail: String?
    let findings: [DoctorCheck.Finding]
    let seconds: Double?

    struct Report: Encodable {
        let healthy: Bool
        let checks: [DoctorLine]
    }

    init(_ check: DoctorCheck) {
        self.check = check.subject
        seconds = check.duration.map { ($0 / .milliseconds(1)).rounded() / 1000 }
        switch check.result {
        case .ok(let detail):
            result = "ok"
            self.detail = detail.isEmpty ? nil : detail
            findings = []
        case .warning(let found):
            result = "warning"
            detail = nil
            findings = found
        case .failed(let finding):
            result = "failed"
            detail = nil
            findings = [finding]
        case .skipped(let reason):
            result = "skipped"
            detail = reason
            findings = []
        }
    }

    /// The check as a line for people; what is wrong is followed by what to do.
    static func text(_ check: DoctorCheck) -> String {
        let line = DoctorLine(check)
        let mark =
            switch line.result {
            case "ok": "OK     "
            case "warning": "WARNING"
            case "failed": "FAILED "
            default: "SKIPPED"
            }
        var text = "\(mark)  \(check.title)"
        if let seconds = line.seconds { text += ", \(seconds) s" }
        if let detail = line.detail { text += " (\(VisibleText.line(detail)))" }
        for finding in line.findings {
            text += ": \(VisibleText.line(finding.problem)); \(VisibleText.line(finding.remedy))"
        }
        return text
    }
}
#endif
