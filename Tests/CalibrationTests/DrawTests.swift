import CostModels
import Testing
