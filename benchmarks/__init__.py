"""What a forwarded packet costs: see docs/performance.md."""
