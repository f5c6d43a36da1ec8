#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeadSharkWebhooks

/// The `.env` that `leadshark init` writes.
enum EnvironmentTemplate {
    /// What stands in the place of a URL to forward to.
    static let forwardURL = "https://example.com/leads"

    /// Makes the file, whole or not at all, and only when there is none.
    static func create(_ path: String, secret: String, trial: Bool) throws(CommandError) {
        guard let text = text(secret: secret, trial: trial) else {
            throw CommandError(.badData, "the secret has a NUL byte in it; nothing was written")
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(errno) }
        var code = Descriptor.write(Array(text.utf8), to: descriptor)
        // The umask may have taken bits away; what is left of them is our own.
        if code == 0, fchmod(descriptor, 0o600) != 0 || fsync(descriptor) != 0 { code = errno }
        close(descriptor)
        guard code == 0 else {
            unlink(path)
            throw failure(code)
        }
    }

    /// A random secret: 256 bits, in hexadecimal digits after a word that says what it is.
    static func trialSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<4).map { _ in
            let word = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - word.utf8.count) + word
        }
        return "trial-" + digits.joined()
    }

    /// The file's text; `nil` when the secret has a NUL.
    static func text(secret: String, trial: Bool) -> String? {
        guard let value = DotEnvLine.quote(secret) else { return nil }
        let origin =
            trial
            ? """
            # A TRIAL SECRET, made on this machine. LeadShark does not know it, so nothing that LeadShark sends will
            # be accepted. Replace it by the one that LeadShark's dashboard shows under the webhook settings.
            """
            : "# The secret that LeadShark's dashboard shows under the webhook settings. Keep it to yourself."
        return """
            # Settings of leadshark. Read from the working directory; the environment goes before.
            # Write NAME=value, NAME='value' or NAME="value", and comments on lines of their own.

            \(origin)
            LEADSHARK_WEBHOOK_SECRET=\(value)

            # When LeadShark has made a new secret: put it above, and the old one here for a while.
            #LEADSHARK_WEBHOOK_SECRET_PREVIOUS='…'

            # More webhooks, each with its own secret.
            #LEADSHARK_WEBHOOKS=crm,mail
            #LEADSHARK_WEBHOOK_CRM_SECRET='…'
            #LEADSHARK_WEBHOOK_MAIL_SECRET='…'

            # Where webhooks arrive, and where health is asked for.
            #LEADSHARK_LISTEN=127.0.0.1:8080
            #LEADSHARK_ADMIN_LISTEN=127.0.0.1:8081

            # The queue on disk, or in a PostgreSQL database that several receivers and workers share.
            #LEADSHARK_STORE=sqlite:leadshark.sqlite
            #LEADSHARK_STORE='postgres://…'

            # Where leads go: a file, one JSON object a line; a URL that gets each event as LeadShark sent it.
            #LEADSHARK_LEADS_FILE=leads.ndjson
            #LEADSHARK_FORWARD_URL=\(forwardURL)
            #LEADSHARK_FORWARD_AUTHORIZATION='Bearer …'
            # Whether that URL gets the events of one person in order, one at a time.
            #LEADSHARK_FORWARD_ORDER=person

            # Only if a proxy re-formats bodies and cannot be changed; OPERATING.md tells the risk.
            #LEADSHARK_REFORMATTED_BODIES=canonicalized

            # Events whose own time lies further from ours become dead letters.
            #LEADSHARK_TOLERANCE=7d

            # How long completed events are kept; dead letters are kept until somebody deletes them.
            #LEADSHARK_KEEP_COMPLETED=7d

            # With less of the store's disk free, no event is taken; LeadShark then gets 503.
            #LEADSHARK_MINIMUM_FREE_SPACE=64M

            # A file, on another disk than the store's, where events wait while the store cannot take them.
            #LEADSHARK_SPOOL=/var/spool/leadshark/spool.sqlite
            #LEADSHARK_SPOOL_LIMIT=1G

            # trace, debug, info, notice, warning, error or critical
            #LEADSHARK_LOG_LEVEL=info

            """
    }

    private static func failure(_ code: Int32) -> CommandError {
        if code == EEXIST { return LeadShark.Init.exists }
        let status: ExitStatus = code == EACCES || code == EPERM ? .noPermission : .cannotCreate
        return CommandError(status, ".env cannot be made: \(Descriptor.reason(code))")
    }
}
#endif
