extension FindingCode {
  /// A paragraph for `shunt explain`: what the finding means, why it matters and how to mend it.
  public var explanation: String {
    switch self {
    case .missingFile, .unreadableFile, .notText, .fileTooLarge: fileExplanation
    case .syntax, .emptyFile, .severalDocuments, .duplicateKey: syntaxExplanation
    case .unknownKey, .missingKey, .missingValue, .wrongType, .notANumber, .missingUnit,
      .unknownUnit, .outOfRange, .unknownChoice, .conflictingKeys, .unusedKey, .tooManyFindings:
      valueExplanation
    case .unknownAccelerator, .unknownModel, .unknownNode, .unknownLink, .catalogGap,
      .otherMemorySize, .approximateAttention, .lowConfidence:
      catalogExplanation
    case .topKAboveExperts, .expertGroups, .expertParallelism, .unsupportedParallelism, .idleRanks,
      .unknownLayer, .unknownRank, .duplicateLabel, .badLabel, .badComparison, .tooLarge,
      .fastBetweenNodes, .implausibleValue:
      scenarioExplanation
    case .tableSyntax, .missingColumn, .raggedRow, .badCell, .routingMismatch, .routingWrapped,
      .invalidPlacement:
      tableExplanation
    }
  }

  private var fileExplanation: String {
    switch self {
    case .missingFile:
      """
      A file that was named does not exist. Paths inside a scenario start at the scenario's own \
      folder, not at the folder the command runs in. Check the spelling, or write the path in full.
      """
    case .unreadableFile:
      """
      A path exists but cannot be read as a file: it is a folder, or its permissions forbid it. \
      Name the file itself, or change its permissions.
      """
    case .notText:
      """
      The file is not UTF-8 text. Scenarios, tables and placements are plain UTF-8; a spreadsheet, \
      an archive or a UTF-16 file must be saved as UTF-8 text first.
      """
    default:
      """
      The file is far larger than any scenario needs, so it was not read. It is probably not a \
      scenario; data such as routing traces belongs in a file of its own that the scenario names.
      """
    }
  }

  private var syntaxExplanation: String {
    switch self {
    case .syntax:
      """
      The file is not well-formed YAML at the place shown, so nothing after it could be read. \
      Common causes: a tab used for indentation, a bracket or quote that is not closed, a colon \
      inside a plain value, a value that begins with '>' or '%' and needs quotes, a file cut short.
      """
    case .emptyFile:
      """
      The file holds nothing but blanks and comments. `shunt init` writes a scenario to begin with.
      """
    case .severalDocuments:
      """
      A scenario is one YAML document, but the file holds several, divided by lines of '---'. Put \
      each scenario in a file of its own; `shunt check` and `shunt compare` take many files.
      """
    default:
      """
      A key stands twice in one mapping. YAML leaves open which of the two counts, so neither is \
      guessed. Remove one; to compare two values, use two entries of a list or two scenarios.
      """
    }
  }

  private var tableExplanation: String {
    switch self {
    case .tableSyntax:
      """
      A table in comma-separated form could not be divided into fields, most often because a \
      quoted field is never closed. Fields that hold commas, quotes or line feeds stand in double \
      quotes; a quote inside them is doubled.
      """
    case .missingColumn:
      """
      A table lacks a column that its kind must have. Kinds are recognised from their header line; \
      the documentation of file formats lists the columns of each.
      """
    case .raggedRow:
      """
      A row has more or fewer fields than the header, so it is not clear which value belongs to \
      which column. The row was not guessed at; mend or remove it.
      """
    case .badCell:
      """
      A cell of a table does not hold what its column needs, such as a number that is not finite, \
      a negative count, or an expert that the model does not have.
      """
    case .routingMismatch:
      """
      A routing file does not fit the scenario's model: it has more experts than the model, no row \
      for the chosen workload, or a top-k other than the model's. Choose another file, or describe \
      the model the trace was taken from.
      """
    case .routingWrapped:
      """
      A trace is shorter than the scenario, so it is used again from its start: a token table that \
      ran out of tokens, or a trace with fewer layers than the model. Results then repeat a \
      pattern; ask for fewer steps or use a longer trace if that matters.
      """
    default:
      """
      A placement breaks a rule: every expert has at least one slot, no rank holds an expert twice \
      in a layer, and the number of slots is ranks × slotsPerRank in every layer. The finding names \
      the first layer and expert at fault.
      """
    }
  }
}
