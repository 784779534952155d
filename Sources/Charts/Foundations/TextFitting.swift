/// How wide text is about, without a font at hand: a generous average for a 12 px sans serif.
func textWidth(_ text: String) -> Double {
  var width = 0.0
  for scalar in text.unicodeScalars.prefix(2000) {
    width += scalar.value > 0x2E7F ? 13 : 6.7
  }
  return width
}

/// `text` cut to `count` characters, the last of them an ellipsis if anything was cut.
func shortened(_ text: String, to count: Int) -> String {
  let head = text.prefix(count + 1)
  return head.count <= count ? String(head) : String(head.prefix(max(0, count - 1))) + "…"
}

/// `text` cut to about `width` pixels.
func fitted(_ text: String, width: Double) -> String {
  var used = 0.0
  var result = ""
  for character in text {
    used += textWidth(String(character))
    if used > width { return shortened(result + "…", to: max(1, result.count)) }
    result.append(character)
  }
  return result
}

/// Whether a number can be placed on an axis at all: finite and of a size that can be scaled.
func isDrawable(_ value: Double) -> Bool {
  value.isFinite && abs(value) < 1e100
}

/// The sentence under a chart for marks that could not be drawn; nil when all were.
func skippedNote(_ count: Int, _ what: String) -> String? {
  switch count {
  case 0: nil
  case 1: "1 \(what) is not a finite number and is not drawn."
  default: "\(count) \(what)s are not finite numbers and are not drawn."
  }
}
