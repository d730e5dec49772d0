"""photo -> located -> crops -> evidence -> decision: one module a stage."""
