#if Server
import LeadSharkDelivery
import Testing

@testable import leadshark

@Suite struct ForwardOrderTests {
    @Test("What is no order is refused by the setting's name", arguments: ["Person", "persons", "none ", "lanes"])
    func refused(_ text: String) throws {
        let source = try SettingsSource(environment: ["LEADSHARK_FORWARD_ORDER": text], file: nil)
        let error = #expect(throws: CommandError.self) { try source.forwardOrder(flag: nil) }
        #expect(error?.status == .configuration)
        #expect(error?.message.hasPrefix("LEADSHARK_FORWARD_ORDER (from the environment) is neither") == true)
    }

    @Test("Events are forwarded as they come, unless somebody asks for the order of each person")
    func orders() throws {
        let none = try SettingsSource(environment: [:], file: nil)
        #expect(try none.forwardOrder(flag: nil) == .unordered)
        #expect(try none.forwardOrder(flag: "person") == .perPerson)
        let person = try SettingsSource(environment: ["LEADSHARK_FORWARD_ORDER": "person"], file: nil)
        #expect(try person.forwardOrder(flag: nil) == .perPerson)
        #expect(try person.forwardOrder(flag: "none") == .unordered)
    }
}
#endif
