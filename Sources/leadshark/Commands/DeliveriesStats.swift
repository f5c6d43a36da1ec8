#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkSQLite

extension LeadShark.Deliveries {
    /// `leadshark deliveries stats`
    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count deliveries by handler and state, and tell how old the oldest open one is.",
            usage: "leadshark deliveries stats [<options>]",
            discussion: """
                Completed ones are counted as long as they are kept. Handlers without deliveries are left out.
                """)

        @OptionGroup var store: StoreOption
        @OptionGroup var output: FormatOption

        func run() async throws {
            let context = Context.current
            let found = try await store.read(in: context) { store in
                try await store.statistics(of: Set(DeliveryState.allCases))
            }
            let handlers = found.sorted { $0.key.text < $1.key.text }
            switch output.format {
            case .json:
                try context.console.printJSON(handlers.map { Row(handler: $0.key, statistics: $0.value) })
            case .text:
                guard !handlers.isEmpty else { return context.console.note("There are no deliveries.") }
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
