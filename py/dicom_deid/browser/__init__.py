"""What JavaScript calls: JavaScript values in, JavaScript values out, and the modules behind it."""
