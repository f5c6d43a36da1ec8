// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "leadshark-fuzz",
    dependencies: [
        .package(name: "leadshark-webhooks", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "fuzz",
            dependencies: [
                .product(name: "LeadSharkTesting", package: "leadshark-webhooks"),
                .product(name: "LeadSharkWebhooks", package: "leadshark-webhooks"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
