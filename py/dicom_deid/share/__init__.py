"""Links to series: who may fetch what, until when, and the ZIP that they get."""
