#!/usr/bin/env python3
"""Writes the tables of Normalization Form KC to standard output, from Python's unicodedata: reduce-forms.py > forms.txt"""
import sys
import unicodedata as u

print(f"# Reduced by reduce-forms.py from Python's unicodedata: Unicode Character Database {u.unidata_version}, Unicode License v3; a table of facts.")
print("# k = compatibility decomposition in full, c = combining class, p = pair and its primary composite. Hexadecimal.")
points = [p for p in range(sys.maxunicode + 1) if not 0xD800 <= p <= 0xDFFF and not 0xAC00 <= p <= 0xD7A3]
for p in points:
    full = u.normalize("NFKD", chr(p))
    if full != chr(p):
        print("k", f"{p:X}", *(f"{ord(c):X}" for c in full))
for p in points:
    if u.combining(chr(p)):
        print("c", f"{p:X}", u.combining(chr(p)))
for p in points:
    parts = u.decomposition(chr(p)).split()
    if len(parts) == 2 and not parts[0].startswith("<") and u.normalize("NFC", chr(p)) == chr(p):
        print("p", *(f"{int(c, 16):X}" for c in parts), f"{p:X}")
