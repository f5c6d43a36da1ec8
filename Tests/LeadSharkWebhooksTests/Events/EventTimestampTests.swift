import Foundation
import LeadSharkWebhooks
import Testing

@Suite("Timestamps of events")
struct EventTimestampTests {
    @Test(
        "What is no date and time of RFC 3339 keeps its text and has no date",
        arguments: [
            "", " ", "nan", "inf", "-1", "0", "1714813200", "1e400", "now", "T", "Z", "2024", "2024-03-21", "15:30:00Z",
            "2024-03-21T15:30:00", "2024-03-21T15:30Z", "2024-03-21T15:30:0Z", "2024-03-21T15:30:00ZZ",
            "2024-03-21T15:30:00Z ", " 2024-03-21T15:30:00Z", "2024-03-21 15:30:00Z", "2024-03-21_15:30:00Z",
            "2024-03-21T15:30:00.Z", "2024-03-21T15:30:00.", "2024-03-21T15:30:00,5Z", "2024-03-21T15:30:00.5",
            "2024-03-21T15:30:00.5.5Z", "2024-03-21T15:30:00.+5Z", "2024-03-21T15:30:00.5e3Z",
            "2024-03-21T15:30:00+00", "2024-03-21T15:30:00+0000", "2024-03-21T15:30:00+00:00Z",
            "2024-03-21T15:30:00+24:00", "2024-03-21T15:30:00+00:60", "2024-03-21T15:30:00+1:00",
            "2024-03-21T15:30:00 01:00", "2024-03-21T15:30:00\u{2212}01:00", "2024-03-21T15:30:00+-1:00",
            "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-04-31T00:00:00Z",
            "2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z",
            "2024-03-21T24:00:00Z", "2024-03-21T25:00:00Z", "2024-03-21T15:60:00Z", "2016-12-31T23:59:60Z",
            "2024-03-21T15:30:61Z", "10000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "-001-01-01T00:00:00Z",
            "02024-03-21T15:30:00Z", "2024-3-21T15:30:00Z", "24-03-21T15:30:00Z", "2024/03/21T15:30:00Z",
            "2024-W12-4T15:30:00Z", "2024-081T15:30:00.00Z", "+024-03-21T15:30:00Z", "0x24-03-21T15:30:00Z",
            "２０２４-03-21T15:30:00Z", "2024-03-21T15:30:00Z\0", "2024-03-2\u{0661}T15:30:00Z",
            "2024-03-21T15:30:00." + String(repeating: "0", count: 33) + "Z", String(repeating: "9", count: 100_000),
            "2024-03-21T15:30:00." + String(repeating: "9", count: 100_000),
        ])
    func refused(_ text: String) {
        let timestamp = EventTimestamp(text)
        #expect(timestamp.date == nil)
        #expect(timestamp.text == text)
    }

    @Test(
        "The forms that LeadShark sends, and the rest of RFC 3339, are read",
        arguments: [
            ("2024-03-21T15:30:00Z", 1_711_035_000.0),
            ("2025-09-15T11:37:21.709Z", 1_757_936_241.709),
            ("2025-09-15T11:43:42.659+00:00", 1_757_936_622.659),
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00-00:00", 0), ("1969-12-31T23:59:59.5Z", -0.5),
            ("1970-01-01t00:00:00z", 0), ("1970-01-01T01:30:00+01:30", 0), ("1969-12-31T00:01:00-23:59", 0),
            ("1970-01-02T00:00:00+00:00", 86_400), ("2000-02-29T00:00:00Z", 951_782_400),
            ("2024-02-29T23:59:59Z", 1_709_251_199), ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("0000-02-29T00:00:00Z", -62_162_121_600), ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799), ("9999-12-31T23:59:59-23:59", 253_402_387_139),
            ("1985-04-12T23:20:50.52Z", 482_196_050.52), ("1996-12-19T16:39:57-08:00", 851_042_397),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172.13),
            ("1970-01-01T00:00:00.00000000000000000000000000000001Z", 0),
            ("1970-01-01T00:00:00.12345678901234567890123456789012Z", 0.123456789012345),
        ])
    func read(_ text: String, _ seconds: Double) throws {
        let date = try #require(EventTimestamp(text).date)
        #expect(abs(date.timeIntervalSince1970 - seconds) < 0.000_001)
    }

    @Test("Each day from 1600 to 2400 is one day after the day before, and agrees with Foundation's calendar")
    func everyDay() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var expected = try #require(EventTimestamp("1600-01-01T00:00:00Z").date)
        for year in 1600..<2400 {
            for month in 1...12 {
                for day in 1...31 {
                    let pad = { (number: Int) in (number < 10 ? "0" : "") + String(number) }
                    guard let date = EventTimestamp("\(year)-\(pad(month))-\(pad(day))T00:00:00Z").date else {
                        #expect(day > 28)
                        continue
                    }
                    #expect(date == expected)
                    expected = date.addingTimeInterval(86_400)
                }
            }
            let parts = calendar.dateComponents([.year, .month, .day], from: expected)
            #expect(parts.year == year + 1 && parts.month == 1 && parts.day == 1)
        }
    }

    @Test("No text traps")
    func anyText() {
        var generator = RepeatableGenerator(seed: 3)
        let alphabet = Array("0123456789-:.+TZtz \u{0}é".unicodeScalars)
        var read = 0
        for _ in 0..<20_000 {
            var text = Array("2024-03-21T15:30:00.709+01:00".unicodeScalars)
            for _ in 0..<Int.random(in: 0...3, using: &generator) where !text.isEmpty {
                let index = text.indices.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0...2, using: &generator) {
                case 0: text.remove(at: index)
                case 1: text[index] = alphabet.randomElement(using: &generator) ?? "0"
                default: text.insert(alphabet.randomElement(using: &generator) ?? "0", at: index)
                }
            }
            var string = String.UnicodeScalarView()
            string.append(contentsOf: text)
            if EventTimestamp(String(string)).date != nil { read += 1 }
        }
        #expect((1..<20_000).contains(read))
    }

    @Test("A timestamp is stored as its text")
    func codable() throws {
        for text in ["2024-03-21T15:30:00Z", "whenever"] {
            let data = try JSONEncoder().encode([EventTimestamp(text)])
            #expect(String(decoding: data, as: UTF8.self) == #"["\#(text)"]"#)
            #expect(try JSONDecoder().decode([EventTimestamp].self, from: data) == [EventTimestamp(text)])
        }
    }
}
