"""Random damage to bytes and to the cells of a table."""

import random

TEXTS = (
    "", " ", "  x ", "\t", "0", "-1", "nan", "None", "1e999", "00012", "12.0", "=1+1", "+x", "@x", "[/x]", "[bold]",
    "$\\frac{$", "a,b", 'a"b', "a\nb", "a;b", "\x00", "\x1b[31m", "é", "e\u0301", "骨", "\u202egnp", "x" * 300, "../x",
    "/etc/passwd", "C:\\x", "~nosuchuser/x", "CON", "True", "positive", "normal", "2", "1.0", "{}", "%s", "<b>", "\\",
)  # fmt: skip


def mutated_bytes(content: bytes, choose: random.Random) -> bytes:
    """One to four of: flipped bits, bytes overwritten, cut out, repeated, put in, or the end cut off."""
    data = bytearray(content)
    for _ in range(choose.randint(1, 4)):
        if not data:
            break
        at, length = choose.randrange(len(data)), choose.choice((1, 1, 2, 4, 16, 256))
        match choose.randrange(6):
            case 0:
                data[at] ^= 1 << choose.randrange(8)
            case 1:
                data[at : at + length] = choose.randbytes(length)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                data[at:at] = choose.choice((b"\x00" * length, b"\xff" * length, choose.randbytes(length)))
            case _:
                del data[at:]
    return bytes(data)


def mutated_rows(rows: list[list[str]], choose: random.Random) -> list[list[str]]:
    """One to three of: a cell replaced, a row doubled, cut short, lengthened or removed, a column renamed."""
    table = [list(row) for row in rows]
    for _ in range(choose.randint(1, 3)):
        row = choose.randrange(1, len(table)) if len(table) > 1 else 0
        column = choose.randrange(len(table[row])) if table[row] else 0
        match choose.randrange(7):
            case 0 | 1 | 2:
                if table[row]:
                    table[row][column] = choose.choice(TEXTS)
            case 3:
                table.insert(row, list(table[row]))
            case 4:
                del table[row][column:]
            case 5:
                table[row].append(choose.choice(TEXTS))
            case _:
                if table[0]:
                    table[0][choose.randrange(len(table[0]))] = choose.choice(TEXTS)
    return table
