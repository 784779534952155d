import EngineFormats
import Testing
