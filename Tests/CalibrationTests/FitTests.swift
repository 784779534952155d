import Calibration
import CostModels
import Domain
import Testing

@Suite struct FitTests {
  /// Constants of an imagined machine, far from where a fit starts.
  private static let truth: [Double] = [4, 0.8, 0.12, -0.5, 9, 0.7, 0.72, 0.1, 3, 200]

  private static let header = "gpu,collective,num_gpus,bytes,time_us\n"

  /// Exact times of the imagined machine, some of them spoilt.
  private static func table(outliers: Bool) -> String {
    let formula = CollectiveFormula(values: truth)
    var text = header
    var line = 0
    for ranks in [2, 4, 8] {
      for exponent in 9...29 {
        let bytes = Double(1 << exponent)
        let seconds = formula.seconds(
          wireBytes: Collective.allGather.wireBytes(bytes, ranks: ranks), ranks: ranks,
          lineRate: 450e9)
        line += 1
        let spoilt = outliers && line % 11 == 0 ? 6.0 : 1
        text += "H100-SXM-80GB,all_gather,\(ranks),\(1 << exponent),\(seconds * 1e6 * spoilt)\n"
      }
    }
    return text
  }

  private func fit(_ text: String) throws -> (Calibrator.Outcome, MeasuredTable) {
    let table = try Fixtures.table(text, file: "nccl.csv")
    let calibrator = Calibrator(prior: CostParameters(provenance: "", sets: []))
    return (calibrator.fit([table], provenance: "test"), table)
  }

  @Test func exactTimesAreFoundAgain() throws {
    let (outcome, table) = try fit(Self.table(outliers: false))
    let check = Checker(parameters: outcome.parameters).check(table)
    #expect(outcome.failures.isEmpty)
    #expect(check.medianRelativeError < 0.02)
    #expect(try #require(check.heldOut).medianRelativeError < 0.03)
    let set = try #require(outcome.parameters.sets.first)
    #expect(set.accelerator == "h100-sxm-80")
    // The large messages fix the efficiency; its interval holds the truth.
    #expect(abs(set.values[6] / 0.72 - 1) < 0.1)
    #expect(set.uncertainty.count == set.values.count)
  }

  @Test func outliersDoNotPullTheFit() throws {
    let (outcome, table) = try fit(Self.table(outliers: true))
    let check = Checker(parameters: outcome.parameters).check(table)
    #expect(check.medianRelativeError < 0.05)
  }

  /// Seconds in a column of microseconds are a million times too short for any constants; one size
  /// over and over says nothing of the others.
  @Test func tablesThatCannotBeFittedSayWhy() throws {
    let seconds = Self.table(outliers: false).split(separator: "\n").enumerated().map {
      index, row in
      guard index > 0, let comma = row.lastIndex(of: ",") else { return String(row) }
      let value = Double(row[row.index(after: comma)...]) ?? 0
      return String(row[...comma]) + "\(value * 1e-6)"
    }
    let unit = try fit(seconds.joined(separator: "\n")).0
    #expect(unit.parameters.sets.isEmpty)
    let reason = try #require(unit.failures.first?.reason)
    #expect(reason.contains("times shorter than any constants inside their bounds explain"))
    #expect(reason.contains("are they in microseconds"))

    let row = "H100-SXM-80GB,all_gather,8,1048576,30\n"
    let same = try fit(Self.header + String(repeating: row, count: 12)).0
    #expect(same.parameters.sets.isEmpty)
    #expect(
      same.failures.map(\.reason) == [
        "its 12 rows have 1 different sizes, and 3 are needed to tell constants apart"
      ])
  }

  @Test func equalTablesGiveEqualConstants() throws {
    let text = Self.table(outliers: true)
    #expect(try fit(text).0.parameters == fit(text).0.parameters)
  }

  @Test func wholeScalesAreHeldOut() throws {
    let (outcome, table) = try fit(Self.table(outliers: false))
    let rule = try #require(outcome.parameters.splits.first)
    #expect(rule.heldOut.first { $0.column == "num_gpus" }?.values == ["4"])
    let split = RowSplit(rule: rule)
    for observation in table.observations where observation.scales[0].value == 4 {
      #expect(split.holdsOut(observation))
    }
    let check = Checker(parameters: outcome.parameters).check(table)
    let fitted = try #require(check.fitted)
    let heldOut = try #require(check.heldOut)
    #expect(fitted.rows + heldOut.rows == table.observations.count)
    #expect(outcome.parameters.sets[0].rows == fitted.comparisons)
  }

  @Test func tooFewRowsAreNotFitted() throws {
    let (outcome, _) = try fit(Self.header + "H100-SXM-80GB,all_reduce,8,1024,5\n")
    #expect(outcome.parameters.sets.isEmpty)
    #expect(outcome.failures.map(\.reason) == ["1 rows are fewer than 6"])
  }

  @Test func aCostFileComesBackAsItWas() throws {
    let (outcome, _) = try fit(Self.table(outliers: false))
    let text = try CostFile.json(outcome.parameters)
    #expect(try CostFile.parameters(from: text, file: "costs.json") == outcome.parameters)
  }

  @Test(arguments: [
    ("{}", "costs.json: the file is not a cost file (write one with `shunt calibrate fit`)"),
    (
      #"{"schemaVersion":9,"provenance":"","sets":[],"splits":[]}"#,
      "costs.json: the file has schema version 9 (use a newer shunt, or fit again)"
    ),
    (
      #"{"schemaVersion":1,"provenance":"","splits":[],"sets":[{"formula":"collective","#
        + #""accelerator":"a","architecture":"x","variant":"v","values":[1],"linkRate":0,"#
        + #""uncertainty":[],"rows":1,"medianError":0}]}"#,
      "costs.json: constants collective v: 1 values in place of 10 "
        + "(fit again, or correct the values)"
    ),
  ])
  func aBadCostFileIsAFault(text: String, expected: String) {
    do {
      _ = try CostFile.parameters(from: text, file: "costs.json")
      Issue.record("no fault")
    } catch {
      #expect(error.description == expected)
    }
  }
}
