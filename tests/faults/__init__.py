"""A simulated organization, seeded faults, and invariants that are checked without the engine."""
