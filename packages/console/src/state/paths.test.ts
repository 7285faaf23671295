// Every page's address leads back to the page.
import { describe, expect, it } from "vitest";
import { pathTo, placeOf } from "./paths.ts";

describe("paths", () => {
  it.each([
    ["/", "products", {}],
    ["/products/credit", "product", { product: "credit" }],
    ["/products/credit/versions", "versions", { product: "credit" }],
    ["/products/credit/versions/3", "version", { product: "credit", version: "3" }],
    ["/runs/", "runs", {}],
    ["/invoices/7f", "invoice", { id: "7f" }],
    ["/keys", "keys", {}],
  ] as const)("%s is %s", (path, page, params) => {
    expect(placeOf(path)).toEqual({ page, params });
  });

  it.each(["/nowhere", "/products", "/runs/a/b", "/runs/%E0%A4%A"])("%s is no page", (path) => {
    expect(placeOf(path)).toBeUndefined();
  });

  it("builds what it reads", () => {
    expect(placeOf(pathTo("version", { product: "a b/c", version: 3 }))?.params).toEqual({
      product: "a b/c",
      version: "3",
    });
    expect(pathTo("predictions", {}, { product: "credit", version: undefined })).toBe("/predictions?product=credit");
  });
});
