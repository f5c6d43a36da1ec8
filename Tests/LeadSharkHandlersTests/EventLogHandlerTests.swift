#if Server
import InMemoryLogging
import LeadSharkDelivery
import LeadSharkHandlers
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import Testing

@Suite("The log line of an event")
struct EventLogHandlerTests {
    @Test("A type that could forge a line is not shown", arguments: ["a\\nb", "a b", "", "\\u001b[2J", "é"])
    func oddTypes(type: String) async throws {
        let log = CapturedLog()
        let payload = Array(#"{"event":"\#(type)","data":{}}"#.utf8)
        #expect(try await EventLogHandler(logger: log.logger).handle(delivery(of: payload)) == .done)
        #expect(log.entries.first?.metadata["type"] == "(a type that cannot be shown)")
    }

    @Test("It says what, where and which, and nothing about the person", arguments: EventType.documented)
    func withoutPersonalData(type: EventType) async throws {
        let log = CapturedLog()
        let event = try delivery(type, number: 5, attempt: 3)
        #expect(try await EventLogHandler(logger: log.logger).handle(event) == .done)
        #expect(log.entries.count == 1)
        let metadata = try #require(log.entries.first?.metadata)
        #expect(Set(metadata.keys) == ["delivery", "type", "webhook", "identity", "attempt"])
        #expect(metadata["type"] == "\(type)")
        #expect(metadata["delivery"] == "\(event.id)")
        #expect(metadata["attempt"] == "3")
        #expect(metadata["identity"] == "\(event.identity.hexadecimal.prefix(12))")
        for text in [event.event.lead?.name, event.event.lead?.linkedInURL, event.event.lead?.email].compactMap({
            $0
        }) {
            #expect(!log.text.contains(text))
        }
    }
}
#endif
