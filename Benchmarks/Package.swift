// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "leadshark-webhooks", path: "..", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        // What verifying cannot be faster than: a bare SHA-256, in C.
        .target(name: "Floor", linkerSettings: [.linkedLibrary("crypto")]),
        // What is done to the SDK, for time and instructions alike.
        .target(
            name: "Subjects",
            dependencies: [.product(name: "LeadSharkWebhooks", package: "leadshark-webhooks")]),
        .executableTarget(
            name: "Measure",
            dependencies: [
                "Floor", "Subjects",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "LeadSharkWebhooks", package: "leadshark-webhooks"),
            ]),
        // What repeats to the instruction, so that a small loss shows: under callgrind.
        .target(name: "Callgrind"),
        .executableTarget(
            name: "Instructions",
            dependencies: [
                "Callgrind", "Floor", "Subjects",
                .product(name: "LeadSharkWebhooks", package: "leadshark-webhooks"),
            ]),
        // What nobody may make slow by what they send.
        .executableTarget(
            name: "Shapes",
            dependencies: [.product(name: "LeadSharkWebhooks", package: "leadshark-webhooks")]),
    ],
    swiftLanguageModes: [.v6]
)
