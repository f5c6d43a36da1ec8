// swift-tools-version: 6.3
import PackageDescription

/// Every use of another package hangs on the trait `Server`. A user of the SDK alone writes `traits: []`
/// and SwiftPM then neither fetches nor builds any of them.
let server: TargetDependencyCondition? = .when(traits: ["Server"])
/// The same for the adapter `LeadSharkHummingbird`, whose user does not need the rest of `Server`.
let adapter: TargetDependencyCondition? = .when(traits: ["Hummingbird"])
/// The same for libpq, which brings some twenty shared libraries with it.
let postgres: TargetDependencyCondition? = .when(traits: ["Postgres"])

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser", condition: server)
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client", condition: server)
let configuration = Target.Dependency.product(
    name: "Configuration", package: "swift-configuration", condition: server)
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift", condition: server)
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift", condition: server)
let hummingbird = Target.Dependency.product(
    name: "Hummingbird", package: "hummingbird", condition: server)
let hummingbirdCore = Target.Dependency.product(
    name: "HummingbirdCore", package: "hummingbird", condition: server)
let inMemoryLogging = Target.Dependency.product(
    name: "InMemoryLogging", package: "swift-log", condition: server)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log", condition: server)
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics", condition: server)
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics", condition: server)
let nioConcurrencyHelpers = Target.Dependency.product(
    name: "NIOConcurrencyHelpers", package: "swift-nio", condition: server)
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio", condition: server)
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio", condition: server)
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl", condition: server)
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio", condition: server)
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio", condition: server)
let serviceLifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: server)
let unixSignals = Target.Dependency.product(
    name: "UnixSignals", package: "swift-service-lifecycle", condition: server)

let package = Package(
    name: "leadshark-webhooks",
    products: [
        .library(name: "LeadSharkWebhooks", targets: ["LeadSharkWebhooks"]),
        .library(name: "LeadSharkTesting", targets: ["LeadSharkTesting"]),
        .library(name: "LeadSharkDelivery", targets: ["LeadSharkDelivery"]),
        .library(name: "LeadSharkSQLite", targets: ["LeadSharkSQLite"]),
        .library(name: "LeadSharkStoreConformance", targets: ["LeadSharkStoreConformance"]),
        .library(name: "LeadSharkPostgres", targets: ["LeadSharkPostgres"]),
        .library(name: "LeadSharkHandlers", targets: ["LeadSharkHandlers"]),
        .library(name: "LeadSharkReceiver", targets: ["LeadSharkReceiver"]),
        .library(name: "LeadSharkProbe", targets: ["LeadSharkProbe"]),
        .library(name: "LeadSharkHummingbird", targets: ["LeadSharkHummingbird"]),
        .executable(name: "leadshark", targets: ["leadshark"]),
    ],
    traits: [
        .trait(
            name: "Server",
            description:
                "The receiver, the durable queue, the handlers and the command: all that needs other packages.",
            enabledTraits: ["Hummingbird"]
        ),
        .trait(name: "Hummingbird", description: "A middleware that verifies webhooks in a Hummingbird server."),
        .trait(
            name: "Postgres", description: "The store on PostgreSQL, which needs libpq.", enabledTraits: ["Server"]),
        .default(enabledTraits: ["Server", "Postgres"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The SDK.
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "LeadSharkWebhooks", dependencies: ["CLibcrypto"]),
        .target(name: "LeadSharkTesting", dependencies: ["LeadSharkWebhooks"]),

        // The delivery engine and its embedded store.
        .target(
            name: "LeadSharkDelivery",
            dependencies: ["LeadSharkWebhooks", logging, metrics, serviceLifecycle]),
        .target(
            name: "LeadSharkSQLite",
            dependencies: ["LeadSharkDelivery", "LeadSharkWebhooks", grdb, grdbSQLite, logging]),
        // The checks that every store runs, anybody's too. For test targets: it imports Testing.
        .target(
            name: "LeadSharkStoreConformance",
            dependencies: ["LeadSharkDelivery", "LeadSharkTesting", "LeadSharkWebhooks"]),

        // The store for several receivers and workers.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "LeadSharkPostgres",
            dependencies: [
                "LeadSharkDelivery", "LeadSharkWebhooks", .target(name: "CLibpq", condition: postgres), logging,
            ]),

        // Both ends of the path: where leads go, and where webhooks arrive.
        .target(
            name: "LeadSharkHandlers",
            dependencies: [
                "LeadSharkDelivery", "LeadSharkWebhooks", asyncHTTPClient, logging, nioConcurrencyHelpers, nioCore,
                nioHTTP1, nioPosix,
            ]),
        .target(
            name: "LeadSharkReceiver",
            dependencies: [
                "LeadSharkDelivery", "LeadSharkWebhooks", hummingbird, hummingbirdCore, logging, metrics,
                nioConcurrencyHelpers, nioCore, nioHTTP1, nioPosix, serviceLifecycle, unixSignals,
            ]),

        // The command, and the part of it that acts as LeadShark.
        .target(
            name: "LeadSharkProbe",
            dependencies: [
                "LeadSharkWebhooks", "LeadSharkTesting", asyncHTTPClient, nioConcurrencyHelpers, nioCore, nioHTTP1,
                nioPosix, nioSSL, nioTLS,
            ]),
        .executableTarget(
            name: "leadshark",
            dependencies: [
                "LeadSharkDelivery", "LeadSharkHandlers", "LeadSharkPostgres", "LeadSharkProbe", "LeadSharkReceiver",
                "LeadSharkSQLite", "LeadSharkWebhooks", argumentParser, asyncHTTPClient, configuration, logging,
                nioConcurrencyHelpers, nioCore, nioHTTP1, serviceLifecycle,
            ]),

        // For a Hummingbird server of one's own.
        .target(
            name: "LeadSharkHummingbird",
            dependencies: [
                "LeadSharkWebhooks",
                .product(name: "HTTPTypes", package: "swift-http-types", condition: adapter),
                .product(name: "Hummingbird", package: "hummingbird", condition: adapter),
                .product(name: "Logging", package: "swift-log", condition: adapter),
                .product(name: "NIOCore", package: "swift-nio", condition: adapter),
            ]),

        // The cases of Tests/Vectors, which the library, the receiver and the command are all held to.
        .target(name: "TestVectors", dependencies: ["LeadSharkWebhooks"], path: "Tests/TestVectors"),
        // HTTP servers on the loopback interface that answer what a test tells them.
        .target(
            name: "TestPeers", dependencies: [nioConcurrencyHelpers, nioCore, nioHTTP1, nioPosix, nioSSL],
            path: "Tests/TestPeers"),
        // A PostgreSQL server of the tests' own, and a pooler.
        .target(
            name: "TestPostgres", dependencies: ["TestPeers"], path: "Tests/TestPostgres",
            exclude: ["pooler.sh", "prelude.sh", "server.sh"]),
        .testTarget(
            name: "LeadSharkWebhooksTests", dependencies: ["LeadSharkWebhooks", "LeadSharkTesting", "TestVectors"]),
        .testTarget(
            name: "LeadSharkHummingbirdTests",
            dependencies: [
                "LeadSharkHummingbird", "LeadSharkTesting", "LeadSharkWebhooks", "TestVectors",
                .product(name: "HTTPTypes", package: "swift-http-types", condition: adapter),
                .product(name: "Hummingbird", package: "hummingbird", condition: adapter),
                .product(name: "HummingbirdTesting", package: "hummingbird", condition: adapter),
                .product(name: "Logging", package: "swift-log", condition: adapter),
                .product(name: "NIOCore", package: "swift-nio", condition: adapter),
            ]),
        .testTarget(
            name: "LeadSharkDeliveryTests",
            dependencies: [
                "LeadSharkDelivery", "LeadSharkStoreConformance", "LeadSharkTesting", "LeadSharkWebhooks", logging,
                metrics, metricsTestKit, serviceLifecycle,
            ]),
        .testTarget(
            name: "LeadSharkSQLiteTests",
            dependencies: [
                "LeadSharkSQLite", "LeadSharkDelivery", "LeadSharkStoreConformance", "LeadSharkTesting",
                "LeadSharkWebhooks",
                grdb, grdbSQLite, logging,
            ]),
        .testTarget(
            name: "LeadSharkPostgresTests",
            dependencies: [
                "LeadSharkPostgres", "LeadSharkDelivery", "LeadSharkStoreConformance", "LeadSharkTesting",
                "LeadSharkWebhooks", "TestPostgres", inMemoryLogging, logging,
            ]),
        .testTarget(
            name: "LeadSharkHandlersTests",
            dependencies: [
                "LeadSharkHandlers", "LeadSharkDelivery", "LeadSharkTesting", "LeadSharkWebhooks", "TestPeers",
                inMemoryLogging, logging, nioConcurrencyHelpers, nioHTTP1,
            ]),
        .testTarget(
            name: "LeadSharkReceiverTests",
            dependencies: [
                "LeadSharkReceiver", "LeadSharkDelivery", "LeadSharkTesting", "LeadSharkWebhooks", "TestVectors",
                logging, metrics, metricsTestKit, nioConcurrencyHelpers, nioCore, nioHTTP1, serviceLifecycle,
            ]),
        .testTarget(
            name: "LeadSharkProbeTests",
            dependencies: [
                "LeadSharkProbe", "LeadSharkTesting", "LeadSharkWebhooks", "TestPeers", nioConcurrencyHelpers, nioCore,
                nioHTTP1, nioPosix,
            ]),
        .testTarget(
            name: "leadsharkTests",
            dependencies: [
                "leadshark", "LeadSharkDelivery", "LeadSharkProbe", "LeadSharkSQLite", "LeadSharkTesting",
                "LeadSharkWebhooks", "TestVectors", argumentParser, grdb, logging, nioConcurrencyHelpers,
            ]),
        // A receiver that the proof of durability has to fail on.
        .executableTarget(
            name: "UnsafeReceiver",
            dependencies: ["LeadSharkReceiver", "LeadSharkSQLite", "LeadSharkWebhooks", logging],
            path: "Tests/UnsafeReceiver"),
        .testTarget(
            name: "EndToEnd",
            dependencies: [
                "LeadSharkDelivery", "LeadSharkPostgres", "LeadSharkSQLite", "LeadSharkStoreConformance", "TestPeers",
                "TestPostgres", "UnsafeReceiver", "leadshark", logging,
            ],
            exclude: ["Peers"]),
    ],
    swiftLanguageModes: [.v6]
)

/// `make` sets it; a user's build must not fail over a warning of a compiler that is newer than this release.
let warningsAreErrors = Context.environment["LEADSHARK_WARNINGS_AS_ERRORS"] == "1"

/// The targets whose sources say `unsafe` wherever they are.
let strictlyMemorySafe: Set<String> = [
    "LeadSharkWebhooks", "LeadSharkTesting", "LeadSharkDelivery", "LeadSharkPostgres",
]

for target in package.targets where target.type != .system {
    var settings = target.swiftSettings ?? []
    settings += [
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
        .enableUpcomingFeature("ExistentialAny"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
        .enableUpcomingFeature("InternalImportsByDefault"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if strictlyMemorySafe.contains(target.name) {
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
        settings.append(.strictMemorySafety())
    }
    if warningsAreErrors {
        settings.append(.treatAllWarnings(as: .error))
    }
    target.swiftSettings = settings
}
