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
        .executableTarget(
            name: "Measure",
            dependencies: [
                "Floor",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "LeadSharkWebhooks", package: "leadshark-webhooks"),
            ]),
        // What nobody may make slow by what they send.
        .executableTarget(
            name: "Shapes",
            dependencies: [.product(name: "LeadSharkWebhooks", package: "leadshark-webhooks")]),
    ],
    swiftLanguageModes: [.v6]
)
