// JSON in pieces: the same values as JSON.parse, the same refusals, and bounds on what is inside.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonBounds, parseJsonText } from "./json-text.ts";

const filler = "x".repeat(70_000);
const numbers = Array.from({ length: 40_000 }, (_, i) => i);

describe("the same as JSON.parse", () => {
  test.each([
    ["a long list", JSON.stringify(numbers)],
    ["lists of long lists", JSON.stringify([1, numbers, "a", [numbers, {}], numbers])],
    ["names around a long value", JSON.stringify({ a: 1, data: numbers, z: { inner: numbers, last: true } })],
    ["many names", JSON.stringify(Object.fromEntries(numbers.slice(0, 15_000).map((i) => [`name ${i}`, i])))],
    ["a name of the prototype", `{"a":${JSON.stringify(numbers)},"__proto__":{"b":1},"c":2}`],
    ["a name given twice", `{"a":1,"b":${JSON.stringify(numbers)},"a":2}`],
    [
      "brackets, quotes and backslashes in strings",
      JSON.stringify(["]}[{\\", '"', '\\"', filler, "\u2028é😀", filler]),
    ],
    ["blanks", JSON.stringify({ a: numbers, b: [] }, null, 3)],
    ["a long blank list", `[${" ".repeat(80_000)}]`],
    ["a long string", JSON.stringify(filler)],
  ])("%s", async (_, text) => {
    expect(await parseJsonText(text)).toEqual(JSON.parse(text));
  });

  test("whatever is in it, and whatever one character of it becomes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 4 }),
        fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 }),
        fc.nat(),
        fc.constantFrom(...'[]{},:"\\ 1e'),
        async (inner, items, place, character) => {
          const text = JSON.stringify({ a: items, b: [filler, inner, items, [filler, inner]], c: inner });
          expect(await parseJsonText(text)).toEqual(JSON.parse(text));
          const at = place % text.length;
          const spoilt = text.slice(0, at) + character + text.slice(at + 1);
          let expected: unknown;
          try {
            expected = JSON.parse(spoilt);
          } catch {
            await expect(parseJsonText(spoilt)).rejects.toThrow(SyntaxError);
            return;
          }
          expect(await parseJsonText(spoilt)).toEqual(expected);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  test.each([
    ["nothing between commas", `[${filler.replaceAll("x", "1,")},1]`],
    ["a comma at the end", `[${filler.replaceAll("x", "1,")}]`],
    ["two values", `${JSON.stringify(numbers)} 1`],
    ["brackets that do not match", `[${JSON.stringify(numbers)}}`],
    ["no end", JSON.stringify(numbers).slice(0, -1)],
    ["a name without a value", `{"a":${JSON.stringify(numbers)},"b"}`],
    ["a value without a name", `{${JSON.stringify(numbers)}}`],
    ["text after a long value", `{"a":${JSON.stringify(numbers)} 7,"b":1}`],
    ["a string without an end", `["${filler}]`],
  ])("refused: %s", async (_, text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    await expect(parseJsonText(text)).rejects.toThrow(SyntaxError);
  });
});

describe("bounds", () => {
  const many = (what: string, count: number) => `[${Array(count).fill(what).join(",")}]`;
  test.each([
    ["objects", many("{}", jsonBounds.objects + 1)],
    ["lists", many("[]", jsonBounds.lists + 1)],
    ["levels", "[".repeat(100_000) + "]".repeat(100_000)],
    ["levels", '{"a":'.repeat(5000) + 1 + "}".repeat(5000)],
    ["names", `{${Array.from({ length: jsonBounds.names + 1 }, (_, i) => `"k${i}":1`)}}`],
  ])("more %s than any request has", async (what, text) => {
    await expect(parseJsonText(text)).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining(what),
    });
  });

  test("a thousand rows of four hundred fields are no more", async () => {
    const row = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`f${i}`, i]));
    const text = JSON.stringify({ rows: Array.from({ length: 1000 }, () => ({ row })) });
    expect(((await parseJsonText(text)) as { rows: unknown[] }).rows).toHaveLength(1000);
  });
});
