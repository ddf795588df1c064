"""Scoring over HTTP without a framework: bytes in, a decided and explained score out."""
