#if Server
import LeadSharkDelivery

extension SettingsSource {
    /// In which order events are forwarded.
    func forwardOrder(flag: String?) throws(CommandError) -> DeliveryOrdering {
        guard let setting = try text(.forwardOrder, flag: flag) else { return .unordered }
        switch setting.value {
        case "none": return .unordered
        case "person": return .perPerson
        default: throw setting.refusal("is neither none nor person")
        }
    }
}
#endif
