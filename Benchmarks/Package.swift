// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that measuring never slows the project's build down.
let package = Package(
  name: "shunt-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "shunt", path: "..")],
  targets: [
    .executableTarget(
      name: "bench",
      dependencies: [.product(name: "ShuntKernels", package: "shunt")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
