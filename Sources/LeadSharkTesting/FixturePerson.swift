/// A made-up person, the same for the same number.
struct FixturePerson {
    let name: String
    let firstName: String
    let title: String
    let username: String
    /// Stands in `actor_id`, and in `commenter_id`, `reactor_id` and `visitor.id` alike.
    let id: String
    let email: String
    let connectionStatus: String

    init(number: Int, name: String?, id: String?) {
        let positive = number.magnitude
        let first = Self.pick(Self.firstNames, positive)
        let last = Self.pick(Self.lastNames, positive / UInt(Self.firstNames.count))
        let name = name ?? "\(first) \(last)"
        self.name = name
        firstName = name.split(separator: " ").first.map(String.init) ?? name
        title = Self.pick(Self.titles, positive)
        username = "\(first)-\(last)-\(number)".lowercased()
        self.id = id ?? "ACoAAFIXTURE\(Fixture.padded(number, to: 9))"
        email = "\(first).\(last).\(number)@example.com".lowercased()
        connectionStatus = Self.pick(Self.statuses, positive)
    }

    var url: String { "https://www.linkedin.com/in/\(username)" }

    private static func pick(_ texts: [String], _ number: UInt) -> String { texts[Int(number % UInt(texts.count))] }

    private static let firstNames = [
        "Ada", "Bruno", "Chiara", "Dmitri", "Esra", "Fionn", "Grace", "Hiroshi", "Inés", "Jonas", "Katarína", "Łukasz",
    ]
    private static let lastNames = [
        "Andersen", "Bianchi", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Horvat", "Ito", "Jansen", "Kowalska",
    ]
    private static let titles = [
        "Software Engineer", "Head of Growth", "Senior Marketing Manager", "Product Manager | Speaker | Coffee ☕️",
        "Founder & CEO", "Sales Director, EMEA",
    ]
    private static let statuses = ["Connected", "2nd Connection", "3rd Connection", "Not Connected", "Pending"]
}
