#if Server
import LeadSharkDelivery
import LeadSharkWebhooks

/// One webhook: its name and its secrets.
struct WebhookSettings: Sendable {
    let name: WebhookName
    let secrets: SecretSet
    /// What is odd about the secrets but not wrong. Names the source.
    let warnings: [String]
}

extension SettingsSource {
    /// The webhooks that have a secret: `leadshark`, if `LEADSHARK_WEBHOOK_SECRET` (or its file) is set, and those that
    /// `LEADSHARK_WEBHOOKS` names.
    ///
    /// - Throws: ``CommandError``: no secret at all, a named webhook without one, a secret beside a secret file,
    ///   a template's placeholder.
    func webhooks(in context: Context) throws -> [WebhookSettings] {
        let webhooks = try configuredWebhooks(in: context)
        guard !webhooks.isEmpty else { throw Self.noSecret }
        return webhooks
    }

    /// As ``webhooks(in:)``, but none is no error.
    func configuredWebhooks(in context: Context) throws -> [WebhookSettings] {
        var webhooks: [WebhookSettings] = []
        if let secrets = try secrets(of: nil, in: context) {
            if namedWebhooks.contains(.leadshark) {
                throw CommandError(
                    .configuration,
                    "LEADSHARK_WEBHOOK_SECRET is the secret of the webhook leadshark, "
                        + "which LEADSHARK_WEBHOOKS names too; remove it from there")
            }
            webhooks.append(secrets)
        }
        for name in namedWebhooks {
            guard let secrets = try secrets(of: name, in: context) else {
                throw CommandError(
                    .configuration,
                    "LEADSHARK_WEBHOOKS names \(name), but there is no secret for it; set "
                        + "\(SettingName.webhook(name, .current).variable) to the secret that LeadShark's dashboard "
                        + "shows for this webhook")
            }
            webhooks.append(secrets)
        }
        return webhooks
    }

    /// What somebody who has set nothing up has to do.
    static var noSecret: CommandError {
        CommandError(
            .configuration,
            """
            there is no signing secret, and without one anybody could send events.
            LeadShark shows it in its dashboard, under the webhook settings, beside the webhook's name and URL.
            Run `leadshark init` to put it into .env, or set LEADSHARK_WEBHOOK_SECRET or LEADSHARK_WEBHOOK_SECRET_FILE.
            """)
    }

    private func secrets(of webhook: WebhookName?, in context: Context) throws -> WebhookSettings? {
        var warnings: [String] = []
        let current = try secret(webhook, .current, .currentFile, in: context, warnings: &warnings)
        let previous = try secret(webhook, .previous, .previousFile, in: context, warnings: &warnings)
        guard let current else {
            if previous != nil {
                throw CommandError(
                    .configuration,
                    "\(SettingName.webhook(webhook, .previous).variable) is set, but there is no "
                        + "\(SettingName.webhook(webhook, .current).variable), the secret that LeadShark shows now")
            }
            return nil
        }
        return WebhookSettings(
            name: webhook ?? .leadshark, secrets: SecretSet(current: current, previous: previous),
            warnings: warnings)
    }

    private func secret(
        _ webhook: WebhookName?, _ inline: SettingName.Secret, _ file: SettingName.Secret, in context: Context,
        warnings: inout [String]
    ) throws -> SigningSecret? {
        guard
            let (bytes, label) = try hiddenBytes(
                .webhook(webhook, inline), file: .webhook(webhook, file), limit: SigningSecret.maximumByteCount,
                in: context)
        else { return nil }
        let secret = try Self.make(bytes, label: label)
        if secret.hasSurroundingBlanks { warnings.append(Self.blanks(label)) }
        for oddity in SecretOddity.all(in: String(decoding: bytes, as: UTF8.self)) {
            guard oddity != .placeholder else { throw CommandError(.configuration, "\(label) \(oddity.clause)") }
            warnings.append("\(label) \(oddity.clause)")
        }
        return secret
    }

    /// The value of a setting that nobody else may see, from its variable or from the file that another one names; and
    /// what to call its place in a sentence.
    ///
    /// - Throws: ``CommandError``: both are set, the file cannot be used.
    func hiddenBytes(
        _ inline: SettingName, file: SettingName, limit: Int, in context: Context
    ) throws -> (bytes: [UInt8], label: String)? {
        let direct = try text(inline)
        let path = try text(file)
        if let direct, let path {
            throw CommandError(.configuration, "\(direct.label) and \(path.label) are both set; keep one of them")
        }
        if let direct { return (Array(direct.value.utf8), direct.label) }
        guard let path else { return nil }
        let label = "the file of \(path.label)"
        guard var bytes = try PrivateFile.read(context.path(path.value), name: label, limit: limit + 2) else {
            throw path.refusal("there is no such file")
        }
        Self.dropNewline(&bytes)
        return (bytes, label)
    }

    /// Editors and `echo` put a newline at the end of a file; it is not part of the secret.
    static func dropNewline(_ bytes: inout [UInt8]) {
        guard bytes.last == 0x0a else { return }
        bytes.removeLast()
        if bytes.last == 0x0d { bytes.removeLast() }
    }

    private static func make(_ bytes: [UInt8], label: String) throws(CommandError) -> SigningSecret {
        do throws(SigningSecretError) {
            return try SigningSecret(utf8: bytes.span)
        } catch {
            throw CommandError(.configuration, "\(label): \(error)")
        }
    }

    private static func blanks(_ label: String) -> String {
        "\(label) has a blank or a line break at its beginning or end; it is used as part of the secret, "
            + "which is rarely what LeadShark shows"
    }
}
#endif
