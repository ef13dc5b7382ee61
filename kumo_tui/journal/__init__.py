"""WHAT WE DID: the record of operations and totals."""
