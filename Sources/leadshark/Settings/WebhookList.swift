#if Server
import LeadSharkDelivery

/// The value of `LEADSHARK_WEBHOOKS`: names, with commas between them.
enum WebhookList {
    /// The most webhooks of one receiver.
    static let maximumCount = 256

    static func parse(_ setting: Sourced<String>) throws(CommandError) -> [WebhookName] {
        var names: [WebhookName] = []
        for part in setting.value.split(separator: ",", omittingEmptySubsequences: false) {
            let text = part.drop { $0 == " " }.trimmingSuffix(" ")
            guard let name = WebhookName(text) else {
                throw setting.refusal(
                    "\(VisibleText.line(text.prefix(80))) is no webhook's name; "
                        + "names have 1 to 64 characters out of a-z, 0-9 and -, with commas between them")
            }
            // LEADSHARK_WEBHOOK_SECRET_FILE could else be read as belonging to a webhook named "secret".
            if name.text.split(separator: "-").contains("secret") {
                throw setting.refusal(
                    "a webhook cannot be named \(name): its variables would look like those of a secret")
            }
            if names.contains(where: { SettingName.part(of: $0) == SettingName.part(of: name) }) {
                throw setting.refusal("names \(name) twice")
            }
            guard names.count < maximumCount else {
                throw setting.refusal("names more than \(maximumCount) webhooks")
            }
            names.append(name)
        }
        return names
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var rest = self
        while rest.last == character { rest.removeLast() }
        return String(rest)
    }
}
#endif
