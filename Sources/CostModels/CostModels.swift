// CostModels
