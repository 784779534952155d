import LinearModel
import Testing

/// Two crops on 10 fields: barley pays 3 and needs 1 field, hops pay 5 and need 2.
private func farm() -> (model: LinearModel, barley: Variable, hops: Variable) {
  var model = LinearModel(name: "farm")
  let barley = model.variable("barley", domain: .integer)
  let hops = model.variable("hops", upper: 4)
  model.require("fields", barley + 2 * hops <= 10.0)
  model.require("contract", hops >= 1.0)
  model.maximize(3 * barley + 5 * hops + 2.0)
  return (model, barley, hops)
}

@Suite struct LinearModelTests {
  @Test func expressionsCollectTheirTerms() {
    let (_, barley, hops) = farm()
    let expression = (barley + hops - 2 * (hops - 3.0) + barley).collected()
    // 2 barley - hops + 6
    #expect(expression.terms.map(\.coefficient) == [2, -1])
    #expect(expression.constant == 6)
    #expect(expression.value(at: [1, 2]) == 6)
    #expect((barley - barley).collected().terms.isEmpty)
  }

  @Test func constantsMoveToTheRight() throws {
    var model = LinearModel(name: "m")
    let x = model.variable("x")
    model.require("row", x + 3.0 == 2 * x + 1.0)
    let row = try #require(model.constraints.first)
    #expect(row.terms.map(\.coefficient) == [-1])
    #expect(row.rightHandSide == -2)
    #expect(model.violations(of: [2]).isEmpty)
  }

  @Test(arguments: [
    ([8.0, 1.0], []),
    ([9, 1], ["fields"]),
    ([2, 5], ["hops", "fields"]),
    ([2.5, 1], ["barley"]),
    ([0, 0], ["contract"]),
    ([-1, 1], ["barley"]),
    ([.nan, 1], ["barley"]),
    ([1], ["farm"]),
  ])
  func theCheckNamesWhatIsBroken(values: [Double], subjects: [String]) {
    #expect(farm().model.violations(of: values).map(\.subject) == subjects)
  }

  @Test func theObjectiveIsTheModelsOwn() {
    #expect(farm().model.objectiveValue(of: [8, 1]) == 31)
  }

  @Test func theLPFormatIsReadable() {
    #expect(
      farm().model.lpFormat() == """
        \\ farm
        Maximize
         objective: + 3.0 barley + 5.0 hops + 2.0
        Subject To
         fields: + 1.0 barley + 2.0 hops <= 10.0
         contract: + 1.0 hops >= 1.0
        Bounds
         barley >= 0.0
         0.0 <= hops <= 4.0
        General
         barley
        End

        """)
  }

  @Test func lpNamesAreLegalAndUnique() {
    var model = LinearModel(name: "names")
    let names = ["x[1]", "x(1)", "e1", "1st"]
    let variables = names.map { model.variable($0, lower: -.infinity) }
    model.minimize(sum(variables) { $0 })
    let text = model.lpFormat()
    for name in ["x_1_", "v1_x_1_", "v_e1", "v_1st"] {
      #expect(text.contains(" \(name) free\n"))
    }
  }
}
