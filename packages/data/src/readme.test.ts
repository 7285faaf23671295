// The README's snippet prints what its comments say.
import { test } from "vitest";
import { expectReadmePrints } from "../../../tests/readme-snippet.ts";

test("the README's snippet prints what it says", () => expectReadmePrints("data", 6));
