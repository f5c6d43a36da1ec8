// swift-tools-version: 6.3
import PackageDescription

// In your own package this line is
//     .package(url: "…/leadshark-webhooks", from: "0.1.0")                for the receiver, the queue, the handlers
//     .package(url: "…/leadshark-webhooks", from: "0.1.0", traits: ["Hummingbird"])    for the SDK and its middleware
//     .package(url: "…/leadshark-webhooks", from: "0.1.0", traits: [])    for the SDK alone
let leadshark = Package.Dependency.package(name: "leadshark-webhooks", path: "..")

let package = Package(
    name: "Samples",
    dependencies: [
        leadshark,
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        .executableTarget(
            name: "OwnServer",
            dependencies: [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "LeadSharkWebhooks", package: "leadshark-webhooks"),
            ]),
        .executableTarget(
            name: "HummingbirdServer",
            dependencies: [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "LeadSharkHummingbird", package: "leadshark-webhooks"),
                .product(name: "LeadSharkWebhooks", package: "leadshark-webhooks"),
            ]),
        .executableTarget(
            name: "EmbeddedReceiver",
            dependencies: [
                .product(name: "LeadSharkDelivery", package: "leadshark-webhooks"),
                .product(name: "LeadSharkReceiver", package: "leadshark-webhooks"),
                .product(name: "LeadSharkSQLite", package: "leadshark-webhooks"),
                .product(name: "LeadSharkWebhooks", package: "leadshark-webhooks"),
                .product(name: "Logging", package: "swift-log"),
            ]),
    ]
)
