private import RealModule

/// `base` raised to `exponent`, zero for a base that is not positive.
@usableFromInline func power(_ base: Double, _ exponent: Double) -> Double {
  base > 0 ? Double.pow(base, exponent) : 0
}
