import Foundation
import LeadSharkWebhooks
import TestVectors
import Testing

@Suite("Timestamps, by the vectors")
struct TimestampVectorTests {
    @Test("The file of vectors can be read, and holds what is refused for each reason")
    func file() throws {
        let vectors = try TimestampVector.load()
        let reasons: Set = [
            "syntax", "no such day", "no such time", "no such offset", "leap second", "fraction too long",
        ]
        #expect(Set(vectors.compactMap(\.refused)) == reasons)
        #expect(vectors.filter { $0.instant != nil }.count > 100)
        #expect(Set(vectors.map(\.text)).count == vectors.count)
    }

    @Test("A text means the instant that the vectors say, or none", arguments: TimestampVector.all)
    func vector(_ vector: TimestampVector) {
        let timestamp = EventTimestamp(vector.text)
        #expect(timestamp.text == vector.text)
        guard let instant = vector.instant else {
            #expect(timestamp.date == nil)
            return
        }
        // A `Date` counts from 2001 and holds microseconds in any year.
        #expect(abs((timestamp.date?.timeIntervalSince1970 ?? .nan) - instant) < 0.000_1)
    }
}
