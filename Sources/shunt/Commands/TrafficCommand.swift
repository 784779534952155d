import ArgumentParser
struct TrafficCommand: ParsableCommand {}
