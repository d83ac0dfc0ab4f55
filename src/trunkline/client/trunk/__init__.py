"""Trunks that this relay dials: which there are, and how each is kept up."""
