#if Server
import ArgumentParser
import LeadSharkWebhooks
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension LeadShark {
    /// `leadshark init`
    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put the secret that LeadShark shows into a new .env.",
            discussion: """
                Asks for the secret on the terminal, without showing it, or reads it from standard input. The file is \
                for you alone (mode 0600). An .env that is there already is never changed. A secret with quotation marks \
                around it, or with a name and an equals sign before it, is a slip of the paste and refused; one that is \
                really like that can be written into .env by hand.
                """)

        @Flag(help: "Make a secret for trials on this machine, without LeadShark.")
        var trial = false

        func run() async throws {
            let context = Context.current
            let path = context.path(".env")
            if access(path, F_OK) == 0 { throw Self.exists }
            let secret = try trial ? EnvironmentTemplate.trialSecret() : Self.ask(context)
            try EnvironmentTemplate.create(path, secret: secret, trial: trial)
            context.console.note(
                trial
                    ? "Wrote .env with a trial secret. LeadShark does not know it: it is for this machine alone."
                    : "Wrote .env; nobody but you can read it.")
            context.console.note("Next: leadshark serve --leads-file leads.ndjson")
        }

        static let exists = CommandError(
            .cannotCreate, "there is an .env here already; it was not changed. Edit it, or move it away first")

        private static func ask(_ context: Context) throws -> String {
            let limit = SigningSecret.maximumByteCount + 2
            var bytes: [UInt8]
            if context.input.isTerminal() {
                context.console.note("LeadShark shows the secret in its dashboard, under the webhook settings.")
                context.console.prompt("Secret (it will not be shown): ")
                let line = context.input.readHiddenLine(limit)
                context.console.note("")
                guard let line else { throw CommandError(.noInput, "no secret was given; nothing was written") }
                bytes = line
            } else {
                switch context.input.readAll(limit) {
                case .bytes(let input): bytes = input
                case .tooLong: throw CommandError(.badData, "\(SigningSecretError.tooLongSentence)")
                case .failed(let code):
                    throw CommandError(.noInput, "standard input cannot be read: \(Descriptor.reason(code))")
                }
                SettingsSource.dropNewline(&bytes)
            }
            return try check(bytes, context.console)
        }

        /// Judges what was given as a secret.
        static func check(_ bytes: [UInt8], _ console: Console) throws(CommandError) -> String {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandError(.badData, "the secret is not UTF-8; nothing was written")
            }
            guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
                throw CommandError(
                    .badData, "the secret has a line break or another control character in it; nothing was written")
            }
            let oddities = SecretOddity.all(in: text)
            if let refusal = Self.refusal(of: oddities) { throw refusal }
            do throws(SigningSecretError) {
                let secret = try SigningSecret(text)
                if oddities.contains(.short) { console.note("warning: the secret \(SecretOddity.short.clause)") }
                if secret.hasSurroundingBlanks {
                    console.note(
                        "warning: the secret has a blank at its beginning or end; it was kept, "
                            + "but LeadShark's secrets rarely have one")
                }
            } catch {
                throw CommandError(.badData, "\(error); nothing was written")
            }
            return text
        }

        /// What to do about a slip of the paste: nothing is taken off silently, and an .env that is wrong would be in the way.
        private static func refusal(of oddities: [SecretOddity]) -> CommandError? {
            for oddity in oddities {
                switch oddity {
                case .placeholder:
                    return CommandError(.badData, "the secret \(oddity.clause); nothing was written")
                case .quoted:
                    return CommandError(
                        .badData, "the secret has quotation marks around it; paste it without them; nothing was written"
                    )
                case .named:
                    return CommandError(
                        .badData,
                        "the secret has a name and an equals sign before it; paste what stands behind them alone; "
                            + "nothing was written")
                case .short: continue
                }
            }
            return nil
        }
    }
}

extension SigningSecretError {
    fileprivate static var tooLongSentence: String {
        "the signing secret is longer than \(SigningSecret.maximumByteCount) bytes; nothing was written"
    }
}
#endif
