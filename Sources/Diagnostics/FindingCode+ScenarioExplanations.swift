extension FindingCode {
  var valueExplanation: String {
    switch self {
    case .unknownKey:
      """
      A mapping holds a key that it does not take. Unknown keys are refused rather than ignored, \
      because a misspelt key would silently leave a default in force. The nearest key is \
      suggested; `shunt schema` lists all, and editors complete them from the schema.
      """
    case .missingKey:
      """
      A mapping lacks a key without which nothing can be computed and for which no default would \
      be honest.
      """
    case .missingValue:
      """
      A key stands without a value. Give it one, or remove the key so that its default applies.
      """
    case .wrongType:
      """
      A value has another shape than its key needs: a list where a mapping is needed, a word where \
      a number is, and so on. The message says what was found and what would fit.
      """
    case .notANumber:
      """
      A number could not be read: it holds other characters, or is infinite, not a number or too \
      large to hold.
      """
    case .missingUnit:
      """
      A quantity stands without its unit. '50' could be GB/s, Gb/s or GiB/s, a factor of eight \
      apart, so bare numbers are refused: write '50 GB/s', '80 GiB', '8 us', '989 TFLOPS'. \
      Fractions may stand bare: 0.01 and '1 %' are the same.
      """
    case .unknownUnit:
      """
      A quantity has a unit that its kind does not have. A capital B is a byte and a small b is a \
      bit; k, M, G are powers of 1000 and Ki, Mi, Gi of 1024. A bandwidth is per second ('GB/s'), \
      one direction; memory is not.
      """
    case .outOfRange:
      """
      A number lies outside the range that makes sense for its key: negative or zero where \
      something must exist, or beyond the largest system that can be simulated.
      """
    case .unknownChoice:
      """
      A word is not among those its key takes. Case matters. The nearest word is suggested and all \
      are listed.
      """
    case .conflictingKeys:
      """
      Two keys of one mapping contradict each other or say the same thing twice, such as two kinds \
      in one entry of a list. Keep one of them.
      """
    case .unusedKey:
      """
      A key is valid but has no effect here, such as microBatches outside training. It may show \
      that something else was meant.
      """
    default:
      """
      The file has so many findings that the rest are left out; they often share one cause. Mend \
      the first ones and check again.
      """
    }
  }

  var catalogExplanation: String {
    switch self {
    case .unknownAccelerator, .unknownModel, .unknownNode, .unknownLink:
      """
      The embedded catalogue has no row of this name. `shunt catalog` lists every accelerator, \
      link, node shape and model; case, spaces, hyphens and a memory suffix do not matter. What the \
      catalogue lacks can be given as a mapping in the scenario itself.
      """
    case .catalogGap:
      """
      The catalogue has the row but no figure that is needed here, because none was published. \
      Give the figure in the scenario beside the reference.
      """
    case .otherMemorySize:
      """
      The name carries a memory size that is not the catalogue row's. The row was used with its \
      own capacity; give memoryCapacity beside the reference if the other size was meant.
      """
    case .approximateAttention:
      """
      The model mixes kinds of attention that the cost model does not know; it is timed as the \
      nearest kind with the same heads. The MoE layers are exact. Leave attention out \
      (`attention: none`) to look at the MoE layers alone.
      """
    default:
      """
      The catalogue row was recalled or comes second-hand (confidence C), so its figures show the \
      shape of an answer, not its size. Give measured figures beside the reference if you have them.
      """
    }
  }

  var scenarioExplanation: String {
    switch self {
    case .topKAboveExperts:
      """
      A token cannot go to more different experts than a layer has. Lower topK or raise experts.
      """
    case .expertGroups:
      """
      Group-limited routing divides the experts into equal groups and lets a token use some of \
      them; the number of groups must divide the experts, and the groups a token may use must hold \
      at least topK experts.
      """
    case .expertParallelism:
      """
      An expert-parallel group is a run of consecutive ranks that together hold every expert once, \
      so its size must divide the number of ranks. It defaults to all ranks.
      """
    case .unsupportedParallelism:
      """
      The scenario asks for a way to divide the model that cannot be simulated yet: tensor or \
      pipeline parallelism, or fewer attention replicas than ranks. Leave it at its default.
      """
    case .idleRanks:
      """
      There are fewer experts than ranks in an expert-parallel group, so some ranks hold none \
      unless a placement adds copies.
      """
    case .unknownLayer:
      """
      The model has no MoE layer with this number; dense layers do not route tokens. Select among \
      the MoE layers, or give a count to take the first ones.
      """
    case .unknownRank:
      """
      A rank is named that the cluster does not have. Ranks count from 0, node by node.
      """
    case .duplicateLabel:
      """
      Two entries of a list would have the same label in reports and in the result. Give one of \
      them a label of its own with `name:`.
      """
    case .badLabel:
      """
      A label stands in PLACEMENT/STRATEGY pairs, so it must not be empty and must not hold a \
      slash.
      """
    case .badComparison:
      """
      An expectation is a comparison and a value: '< 30 ms', '<= 90 %', '> 1.2'. In YAML, write \
      comparisons in quotes, since a plain '>' begins a block of text.
      """
    case .tooLarge:
      """
      The whole is larger than can be held: ranks × experts × layers counts must fit in memory for \
      every step. Simulate fewer layers, or fewer ranks.
      """
    case .fastBetweenNodes:
      """
      The network between nodes is given as faster than the links inside them, which no machine \
      with NVLink is. Often bits and bytes, or a sum over ports and one port, were swapped.
      """
    default:
      """
      A figure is far from what machines have today. It is used as given; check its unit and \
      whether it is per direction and per accelerator.
      """
    }
  }
}
