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

    /// The check as a line for people, and a line below it for each thing that is wrong, with what to do.
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
        if let seconds = line.seconds { text += ", \(seconds) s\(limit(of: check.subject))" }
        if let detail = line.detail { text += " (\(VisibleText.line(detail)))" }
        for finding in line.findings {
            text += "\n         \(VisibleText.line(finding.problem)); \(VisibleText.line(finding.remedy))"
        }
        return text
    }

    /// What LeadShark allows for an answer, as the rest of a time.
    private static func limit(of subject: DoctorCheck.Subject) -> String {
        switch subject {
        case .url, .name, .connection, .tls: ""
        default: " of \(LeadSharkProbe.Doctor.Configuration().vendorDeadline.components.seconds) s"
        }
    }

    /// The last line: what came of all checks.
    static func verdict(of report: DoctorReport) -> String {
        var failures = 0
        var warnings = 0
        var skipped = 0
        for check in report.checks {
            switch check.result {
            case .ok: break
            case .warning(let findings): warnings += findings.count
            case .failed: failures += 1
            case .skipped where check.subject == .signedEvent: skipped = 1
            case .skipped: break
            }
        }
        if failures > 0 { return "Something is wrong: \(counted(failures, "check")) failed." }
        if skipped > 0 { return "Nothing failed, but the signed event was not sent." }
        return warnings > 0 ? "Nothing failed; \(counted(warnings, "warning"))." : "All is well."
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
#endif
