#if Server
import LeadSharkDelivery

extension SettingsSource {
    /// How long completed events are kept.
    func retention(flag: String?) throws(CommandError) -> Retention {
        var retention = Retention()
        guard let setting = try text(.keepCompleted, flag: flag) else { return retention }
        if setting.value == "forever" {
            retention.completed = nil
            return retention
        }
        guard let time = Self.duration(setting.value) else {
            throw setting.refusal("is no time such as 12h or 7d, of a second to ten years, and not forever")
        }
        retention.completed = time
        return retention
    }
}
#endif
