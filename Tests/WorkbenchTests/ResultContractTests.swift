import Foundation
import Results
import Testing

/// The names in result JSON that scripts rely on.
@Suite struct ResultContractTests {
  private typealias Object = [String: Any]

  private func object(_ value: Any?) throws -> Object { try #require(value as? Object) }

  private func cells(steps: Int) throws -> (root: Object, cells: [Object]) {
    let data = try SmallScenario(steps: steps).run().json()
    let root = try object(JSONSerialization.jsonObject(with: data))
    return (root, try #require(root["cells"] as? [Object]))
  }

  private let timeKeys = [
    "count", "meanSeconds", "standardDeviationSeconds", "p50Seconds", "p90Seconds", "p95Seconds",
    "p99Seconds", "maxSeconds", "meanConfidence95Seconds", "p99Confidence95Seconds",
  ]

  @Test(arguments: [1, 3]) func everyNameOfTheContractIsThere(steps: Int) throws {
    let (root, cells) = try cells(steps: steps)
    for key in [
      "schemaVersion", "scenario", "seed", "shuntVersion", "baseline", "cells", "assumptions",
      "warnings",
    ] {
      #expect(root[key] != nil, "\(key)")
    }
    #expect(root["schemaVersion"] as? Int == 1)
    for cell in cells {
      for key in ["placement", "strategy", "outOfMemory", "weightTransfersPerLayer"] {
        #expect(cell[key] != nil, "\(key)")
      }
      for summary in ["stepTime", "moeLayerTime"] {
        let times = try object(cell[summary])
        for key in timeKeys { #expect(times[key] != nil, "\(summary).\(key)") }
      }
      for (name, keys) in [
        ("speedup", ["mean", "confidence95"]), ("peakMemoryBytes", ["max", "perRank"]),
        ("tokenImbalance", ["mean", "max"]), ("expertComputeImbalance", ["mean", "max"]),
        (
          "bytes",
          [
            "dispatchIntraNode", "dispatchInterNode", "combineIntraNode", "combineInterNode",
            "weights",
          ]
        ),
        (
          "timeShares",
          [
            "attention", "routing", "dispatch", "expertCompute", "combine", "weights", "waiting",
          ]
        ),
      ] {
        let part = try object(cell[name])
        for key in keys { #expect(part[key] != nil, "\(name).\(key)") }
      }
    }
    let assumptions = try #require(root["assumptions"] as? [Object])
    #expect(!assumptions.isEmpty)
    for assumption in assumptions {
      for key in ["path", "value", "origin", "source"] { #expect(assumption[key] is String) }
      let origin = try #require(assumption["origin"] as? String)
      #expect(["catalog", "scenario", "default", "fitted", "measured"].contains(origin))
    }
  }

  /// One step has no deviation and no interval: null, not zero and not absent.
  @Test func whatIsUndefinedIsNull() throws {
    let times = try object(cells(steps: 1).cells[1]["stepTime"])
    for key in ["standardDeviationSeconds", "meanConfidence95Seconds"] {
      #expect(times[key] is NSNull, "\(key)")
    }
    #expect(times["meanSeconds"] is Double)
    let speedup = try object(cells(steps: 1).cells[1]["speedup"])
    #expect(speedup["confidence95"] is NSNull)
    #expect(speedup["mean"] is Double)
  }

  /// No clock, host or path of this machine gets into a result.
  @Test func resultsNameNoMachine() throws {
    let text = String(decoding: try SmallScenario(steps: 1).run().json(), as: UTF8.self)
    #expect(!text.contains(Folders.repository.path))
    #expect(!text.contains("wallSeconds"))
  }
}
