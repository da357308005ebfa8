"""Detection of burned-in text: PP-OCR models on ONNX Runtime, and arithmetic in numpy around them.

``detector.Detector`` is the way in. `worker/detection/` is its twin in JavaScript: the same numbers, from
`tables/detection.json`, and the same boxes, which tests compare.
"""
