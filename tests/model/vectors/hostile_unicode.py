"""Texts of random Unicode: letters of every script, spaces of every kind, and what a tokenizer treats apart."""
import random
import unicodedata


def hostile(count, apart):
    """The same for one count; `apart` are characters to be met more often than others."""
    source = random.Random(20)
    letters = [chr(c) for c in range(1, 0x110000)
               if not 0xd800 <= c <= 0xdfff and unicodedata.category(chr(c)) not in ("Cn", "Co")]
    spaces = "\t\n\v\f\r \u0085\u00a0\u1680\u180e\u2003\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
    ascii_text = "".join(chr(c) for c in range(32, 127))
    pools = [letters, spaces, ascii_text, ascii_text, "0123456789٣五", apart, "一龥ぁヿ가힣"]
    for _ in range(count):
        yield "".join(source.choice(source.choice(pools)) for _ in range(source.randint(1, 24)))
