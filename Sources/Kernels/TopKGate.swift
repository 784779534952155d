private import RealModule

/// A gate that sends every token to the *k* experts with the largest logits.
public struct TopKGate: Hashable, Sendable {
  public let experts: Int
  public let topK: Int

  /// - Precondition: 1 ≤ `topK` ≤ `experts`.
  public init(experts: Int, topK: Int) {
    precondition(topK >= 1 && topK <= experts, "a token uses between one and all experts")
    self.experts = experts
    self.topK = topK
  }

  /// The experts of every token, the largest logit first; of equal logits the lower number wins.
  ///
  /// - Parameters:
  ///   - logits: `[tokens × experts]`.
  ///   - choices: receives `[tokens × topK]` expert numbers.
  /// - Complexity: O(tokens × experts × *k*) at worst, O(tokens × experts) as a rule.
  public func choose(
    _ logits: UnsafePointer<Float>, tokens: Int, into choices: UnsafeMutablePointer<UInt16>
  ) {
    var best = [Float](repeating: 0, count: topK)
    for token in 0..<tokens {
      let row = logits + token * experts
      let chosen = choices + token * topK
      var count = 0
      for expert in 0..<experts {
        let value = row[expert]
        if count == topK, value <= best[topK - 1] { continue }
        var place = count < topK ? count : topK - 1
        while place > 0, value > best[place - 1] {
          best[place] = best[place - 1]
          chosen[place] = chosen[place - 1]
          place -= 1
        }
        best[place] = value
        chosen[place] = UInt16(truncatingIfNeeded: expert)
        if count < topK { count += 1 }
      }
    }
  }

  /// The weights of every token's experts: the softmax of their logits alone.
  public func weigh(
    _ logits: UnsafePointer<Float>, choices: UnsafePointer<UInt16>, tokens: Int,
    into weights: UnsafeMutablePointer<Float>
  ) {
    for token in 0..<tokens {
      let row = logits + token * experts
      var largest = -Float.infinity
      for place in token * topK..<(token + 1) * topK {
        largest = max(largest, row[Int(choices[place])])
      }
      var sum: Float = 0
      for place in token * topK..<(token + 1) * topK {
        weights[place] = Float.exp(row[Int(choices[place])] - largest)
        sum += weights[place]
      }
      for place in token * topK..<(token + 1) * topK { weights[place] /= sum }
    }
  }

  /// The gradient of a loss with respect to the logits of the chosen experts, `[tokens × experts]`
  /// added to `logitGradient`, given its gradient with respect to the weights.
  public func backward(
    weights: UnsafePointer<Float>, weightGradient: UnsafePointer<Float>,
    choices: UnsafePointer<UInt16>, tokens: Int, into logitGradient: UnsafeMutablePointer<Float>
  ) {
    for token in 0..<tokens {
      let places = token * topK..<(token + 1) * topK
      var mean: Float = 0
      for place in places { mean += weights[place] * weightGradient[place] }
      for place in places {
        logitGradient[token * experts + Int(choices[place])] +=
          weights[place] * (weightGradient[place] - mean)
      }
    }
  }
}
