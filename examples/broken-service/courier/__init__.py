"""Quotes what it costs to send a parcel."""
