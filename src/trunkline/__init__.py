"""trunkline: a self-hosted relay for live video."""
