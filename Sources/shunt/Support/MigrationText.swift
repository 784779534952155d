import Quantities
import Workbench

/// A migration for people: the sums, then layer by layer which ranks receive which experts.
struct MigrationText {
  let migration: Migration

  /// Moves, bytes, links crossed and time, a line each.
  var summary: [String] {
    guard migration.moves > 0 else {
      return ["  nothing moves: every rank already holds what it needs"]
    }
    var lines = [
      "  moves          \(amount(migration.moves, migration.bytes))"
        + (migration.dropped > 0 ? ", \(copies(migration.dropped)) dropped" : "")
    ]
    if let inside = migration.insideNodes, let between = migration.betweenNodes {
      lines.append("  inside nodes   \(amount(inside.moves, inside.bytes))")
      lines.append("  between nodes  \(amount(between.moves, between.bytes))")
    }
    if let seconds = migration.seconds {
      lines.append(
        "  time to move   \(QuantityFormat.seconds(seconds)), all at once on links that carry"
          + " nothing else")
    } else if migration.insideNodes == nil {
      lines.append("  time to move   unknown without --cluster")
    } else {
      lines.append("  time to move   unknown without --expert-size")
    }
    return lines
  }

  /// Which ranks receive which experts; at most `limit` ranks a layer are named.
  func layers(limit: Int) -> [String] {
    migration.layers.map { layer in
      let receiving = layer.ranks.filter { $0.arriving > 0 }
      let named = receiving.prefix(limit).map { rank in
        "rank \(rank.rank) gets \(rank.experts.map(String.init).joined(separator: " "))"
      }
      let more = receiving.count > limit ? "; \(receiving.count - limit) more ranks" : ""
      let names = named.joined(separator: "; ")
      return "  layer \(layer.layer): \(copies(layer.moves)): \(names)\(more)"
    }
  }

  private func copies(_ count: Int) -> String { count == 1 ? "1 copy" : "\(count) copies" }

  private func amount(_ moves: Int, _ bytes: Double?) -> String {
    copies(moves) + (bytes.map { ", \(QuantityFormat.bytes($0))" } ?? "")
  }
}
