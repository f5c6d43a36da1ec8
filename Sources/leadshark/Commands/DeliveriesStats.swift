#if Server
import ArgumentParser
import FoundationEssentials
import LeadSharkDelivery

extension LeadShark.Deliveries {
    /// `leadshark deliveries stats`
    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count deliveries by handler and state, and tell how old the oldest open one is.",
            usage: "leadshark deliveries stats [<options>]",
            discussion: """
                Completed ones are counted as long as they are kept. Handlers without deliveries are left out. Filters narrow each other, and then every delivery is looked at.
                """)

        @OptionGroup var filter: DeliveryFilter
        @OptionGroup var store: StoreOption
        @OptionGroup var output: DeliveriesFormatOption

        func run() async throws {
            let context = Context.current
            let found = try await store.read(in: context) { store in
                if filter.isEmpty { return try await store.statistics(of: Set(DeliveryState.allCases)) }
                return try await count(in: store, context)
            }
            let handlers = found.sorted { $0.key.text < $1.key.text }
            switch output.format {
            case .json, .ndjson:
                let rows = handlers.map { Row(handler: $0.key, statistics: $0.value) }
                try context.console.print(rows: rows, as: output.format)
            case .text:
                guard !handlers.isEmpty else {
                    return context.console.note(filter.isEmpty ? "There are no deliveries." : "No delivery matches.")
                }
                var table = Table(["HANDLER"] + DeliveryState.allCases.map(\.rawValue) + ["OLDEST OPEN"])
                for (handler, statistics) in handlers {
                    table.add(
                        [handler.text]
                            + DeliveryState.allCases.map { String(statistics.counts[$0] ?? 0) }
                            + [statistics.oldestOpenAge.map(Self.text) ?? "-"])
                }
                context.console.print(table.text)
            }
        }

        /// Counts what the filter picks.
        private func count(
            in store: any DeliveryStore, _ context: Context
        ) async throws -> [HandlerName: DeliveryStatistics] {
            let now = context.now()
            var found: [HandlerName: DeliveryStatistics] = [:]
            try await store.forEachPage(of: filter.query(limit: .max, now: now)) { page in
                for delivery in page {
                    found[delivery.handler, default: DeliveryStatistics()].counts[delivery.state, default: 0] += 1
                    guard delivery.state.isOpen else { continue }
                    let age = Duration.seconds(max(now.timeIntervalSince(delivery.receivedAt), 0))
                    let oldest = found[delivery.handler]?.oldestOpenAge ?? .zero
                    found[delivery.handler]?.oldestOpenAge = max(oldest, age)
                }
            }
            return found
        }

        /// An age in its largest unit: `59s`, `3m`, `5h`, `2d`.
        static func text(_ age: Duration) -> String {
            let seconds = age.components.seconds
            return switch seconds {
            case ..<60: "\(seconds)s"
            case ..<3600: "\(seconds / 60)m"
            case ..<86_400: "\(seconds / 3600)h"
            default: "\(seconds / 86_400)d"
            }
        }

        private struct Row: Encodable {
            let handler: String
            let states: [String: Int]
            let oldestOpenSeconds: Int64?

            private enum CodingKeys: String, CodingKey {
                case handler, states
                case oldestOpenSeconds = "oldest_open_seconds"
            }

            init(handler: HandlerName, statistics: DeliveryStatistics) {
                self.handler = handler.text
                var states: [String: Int] = [:]
                for state in DeliveryState.allCases { states[state.rawValue] = statistics.counts[state] ?? 0 }
                self.states = states
                oldestOpenSeconds = statistics.oldestOpenAge?.components.seconds
            }
        }
    }
}
#endif
