"""SEEING: polls nodes, paces itself, turns replies into snapshots. Knows nothing of Textual."""
