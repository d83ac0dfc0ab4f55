"""/api/v1: what there is, as JSON for programs, described by OpenAPI."""
