private import CGSL

extension RandomStream {
  /// Draws `count` sets of `size` different members out of `members`, each set equally likely, and
  /// counts how often every member was drawn: `counts[offset + i]` for member *i*.
  ///
  /// Exact, set by set or, where there are many, member by member; both follow the same law.
  ///
  /// - Precondition: 0 ≤ `size` ≤ `members`, 0 ≤ `count` < 2³¹, and `counts` has room for every
  ///   member after `offset`.
  /// - Complexity: O(min(*count* × *size*, *members* × *size*)) draws.
  public mutating func subsets(
    count: Int, of size: Int, from members: Int, into counts: inout [Int32], at offset: Int = 0
  ) {
    precondition((0...Int(Int32.max)).contains(count), "A draw counts 0 to 2³¹ − 1 sets.")
    precondition((0...members).contains(size), "A set is not larger than what it is drawn from.")
    precondition(
      offset >= 0 && members <= counts.count - offset, "The counts have no room for all members.")
    // A binomial costs about as much as twenty drawn members.
    if count > 20 * members {
      subsetsByMember(count, size, members, &counts, offset)
    } else {
      subsetsOneByOne(count, size, members, &counts, offset)
    }
  }

  /// Floyd's algorithm (Bentley and Floyd, *A sample of brilliance*, CACM 30, 1987): `size` draws a
  /// set, none rejected.
  mutating func subsetsOneByOne(
    _ count: Int, _ size: Int, _ members: Int, _ counts: inout [Int32], _ offset: Int
  ) {
    for index in offset..<(offset + members) { counts[index] = 0 }
    // The number of the last set that each member was in, from one.
    var lastSet = [Int32](repeating: 0, count: members)
    var local = generator
    counts.withUnsafeMutableBufferPointer { counts in
      lastSet.withUnsafeMutableBufferPointer { lastSet in
        for set in 0..<count {
          for top in (members - size)..<members {
            // The bias of one multiplication is below 2⁻⁴⁸ for sets of this size.
            let word = local.next().multipliedFullWidth(by: UInt64(top + 1))
            var member = Int(truncatingIfNeeded: word.high)
            if lastSet[member] == Int32(truncatingIfNeeded: set &+ 1) { member = top }
            lastSet[member] = Int32(truncatingIfNeeded: set &+ 1)
            counts[offset &+ member] &+= 1
          }
        }
      }
    }
    generator = local
  }

  /// Member by member: of the sets that still lack *j* of the remaining members, a binomial number
  /// takes this one.
  mutating func subsetsByMember(
    _ count: Int, _ size: Int, _ members: Int, _ counts: inout [Int32], _ offset: Int
  ) {
    // Sets by how many members they still lack.
    var lacking = [UInt32](repeating: 0, count: size + 1)
    lacking[size] = UInt32(count)
    withGSL { generator in
      for member in 0..<members {
        let remaining = members - member
        var taken: UInt32 = 0
        for lack in 0...size where lack > 0 && lacking[lack] > 0 {
          let chance = Double(lack) / Double(remaining)
          let joined =
            lack == remaining ? lacking[lack] : gsl_ran_binomial(generator, chance, lacking[lack])
          lacking[lack] -= joined
          lacking[lack - 1] += joined
          taken += joined
        }
        counts[offset + member] = Int32(taken)
      }
    }
  }
}
