// swift-tools-version:6.2
import PackageDescription

let package = Package(
  name: "own-protocol",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "lease", targets: ["LeaseProgram"])],
  dependencies: [.package(name: "interlock", path: "../..")],
  targets: [
    .target(
      name: "Leasing",
      dependencies: [.product(name: "Spec", package: "interlock")],
      plugins: [.plugin(name: "TangleChapters", package: "interlock")]),
    .executableTarget(
      name: "LeaseProgram",
      dependencies: ["Leasing", .product(name: "CLI", package: "interlock")]),
    .executableTarget(
      name: "Clerk",
      dependencies: ["Leasing", .product(name: "Engine", package: "interlock")]),
    .testTarget(
      name: "LeasingTests",
      dependencies: ["Leasing", .product(name: "Check", package: "interlock")]),
  ],
  swiftLanguageModes: [.v6]
)
