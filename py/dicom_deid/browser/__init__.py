"""Functions for JavaScript: JavaScript values in, JavaScript values out, and the modules behind them."""
