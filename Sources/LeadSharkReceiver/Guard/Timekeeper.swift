#if Server
import FoundationEssentials
import NIOConcurrencyHelpers

/// The time of one listener: how long it has run, by the clock that was passed in, and the date for answers.
struct Timekeeper: Sendable {
    /// How often the connections look at the time.
    static let interval: Duration = .milliseconds(250)

    private let readElapsed: @Sendable () -> Duration
    private let sleepFor: @Sendable (Duration) async throws -> Void
    private let dateText = NIOLockedValueBox(HTTPDate.text(at: Date()))

    init(_ clock: any Clock<Duration>) {
        readElapsed = Self.stopwatch(clock)
        sleepFor = { try await clock.sleep(for: $0) }
    }

    /// Tells the time since it was made.
    static func stopwatch(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// The time since this was made.
    var elapsed: Duration { readElapsed() }

    /// The value of a `Date` header, as of the last interval.
    var date: String { dateText.withLockedValue { $0 } }

    /// Calls `body` every interval until the task is cancelled.
    func run(_ body: @Sendable (Duration) -> Void) async {
        while !Task.isCancelled {
            do { try await sleepFor(Self.interval) } catch { return }
            let text = HTTPDate.text(at: Date())
            dateText.withLockedValue { $0 = text }
            body(elapsed)
        }
    }
}

/// The date of HTTP: `Thu, 21 Mar 2024 15:30:00 GMT`.
enum HTTPDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(at date: Date) -> String {
        let seconds = max(0, Int(date.timeIntervalSince1970))
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        // Count days from 1 March of year 0, so that the leap day is the last of its year.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(weekdays[days % 7]), \(two(day)) \(months[month - 1]) \(year)"
            + " \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) GMT"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
#endif
