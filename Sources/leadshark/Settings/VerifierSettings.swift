#if Server
import ArgumentParser
import LeadSharkWebhooks

/// The option of what is made of bodies that were re-formatted on their way.
struct ReformattedBodiesOption: ParsableArguments {
    @Option(
        name: .customLong("reformatted-bodies"),
        help: ArgumentHelp(
            "Whether a body that was re-formatted on its way is refused (the default) or canonicalized.",
            valueName: "refused|canonicalized"))
    var reformattedBodies: String?
}

extension SettingName {
    /// What makes re-formatted bodies accepted, for a remedy.
    static var canonicalizing: String { "\(reformattedBodies.variable)=canonicalized" }
}

extension SettingsSource {
    /// What is made of bodies that were re-formatted on their way.
    func reformattedBodies(flag: String?) throws(CommandError) -> ReformattedBodies {
        guard let setting = try text(.reformattedBodies, flag: flag) else { return .refused }
        switch setting.value {
        case "refused": return .refused
        case "canonicalized": return .canonicalized
        default:
            throw setting.refusal("is neither refused nor canonicalized")
        }
    }

    /// How far an event's own time may lie from ours; `nil` for any time.
    func tolerance(flag: String?) throws(CommandError) -> Duration? {
        guard let setting = try text(.tolerance, flag: flag) else { return nil }
        guard let tolerance = Self.duration(setting.value) else {
            throw setting.refusal("is no time such as 300s, 5m, 12h or 7d, of a second to ten years")
        }
        return tolerance
    }
}
#endif
