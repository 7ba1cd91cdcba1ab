# SPDX-License-Identifier: MIT
"""profile: writes profile.proto by hand: profiles that no program of ours would record.

    stacks = [(count, delay_ns, {"kind": "mutex"}, ["leaf", "caller", "root"]), ...]
"""
import gzip


def varint(number):
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


class Writer:
    def __init__(self):
        self.texts = {"": 0}
        self.functions = {}

    def text(self, text):
        return self.texts.setdefault(text, len(self.texts))

    def function(self, name):
        return self.functions.setdefault(name, len(self.functions) + 1)

    def sample(self, count, delay_ns, labels, stack):
        made = b"".join(field(1, self.function(name)) for name in stack) + field(2, count) + field(2, delay_ns)
        for key, value in labels.items():
            made += field(3, field(1, self.text(key)) + field(2, self.text(value)))
        return field(2, made)

    def value_type(self, name, unit):
        return field(1, self.text(name)) + field(2, self.text(unit))


def write(path, stacks, comment="", file="", source=""):
    writer = Writer()
    made = b"".join(writer.sample(*stack) for stack in stacks)
    made += field(1, writer.value_type("contentions", "count")) + field(1, writer.value_type("delay", "nanoseconds"))
    made += field(3, field(1, 1) + field(5, writer.text(file)))
    for name, number in writer.functions.items():
        made += field(4, field(1, number) + field(2, 1) + field(3, number) + field(4, field(1, number)))
        made += field(5, field(1, number) + field(2, writer.text(name)) + field(4, writer.text(source)))
    made += field(13, writer.text(comment))
    made += b"".join(field(6, text.encode("utf-8", "surrogateescape")) for text in writer.texts)
    with gzip.open(path, "wb") as out:
        out.write(made)
