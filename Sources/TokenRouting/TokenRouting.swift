// TokenRouting
