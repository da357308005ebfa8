"""Data elements as bytes (PS3.5): reading, writing, and what is known of pixel data by its length."""
