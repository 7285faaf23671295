// Deployments: what may be put into service, and that a repeat changes nothing.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Seed, seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { currentDeployment, type DeployRequest, deploy } from "./deployment.ts";

const costs = { good: { good: 0, bad: 1 }, bad: { good: 5, bad: 0 } };

describeStores("deployment", (open) => {
  let opened: TestStore;
  let seeded: Seed;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.remove());
  const tenant = () => opened.store.tenant(seeded.organisationId);
  const request = (change: Partial<DeployRequest> = {}): DeployRequest => ({
    product: "credit",
    costs,
    variants: [
      { version: 1, weight: 0.8, role: "champion" },
      { version: 2, weight: 0.2, role: "challenger" },
    ],
    ...change,
  });

  test("a deployment replaces the one before; the same again changes nothing", async () => {
    seeded = await seed(opened.store);
    await expect(currentDeployment(tenant(), "credit")).rejects.toMatchObject({ code: "deployment-not-found" });
    await expect(currentDeployment(tenant(), "other")).rejects.toMatchObject({ code: "product-not-found" });
    const first = await deploy(tenant(), request());
    expect(first).toMatchObject({
      product: "credit",
      costs,
      variants: [
        { name: "champion", role: "champion", weight: 0.8, model: { id: seeded.versions[0], version: 1 } },
        { name: "challenger", role: "challenger", weight: 0.2, model: { id: seeded.versions[1], version: 2 } },
      ],
    });
    expect(await deploy(tenant(), request())).toEqual(first);
    expect(
      await deploy(
        tenant(),
        request({
          variants: [
            { version: seeded.versions[0] as string, weight: 0.8, role: "champion" },
            { version: 2, weight: 0.2, role: "challenger" },
          ],
        }),
      ),
    ).toEqual(first);
    const second = await deploy(tenant(), request({ variants: [{ version: 2, weight: 1, role: "champion" }] }));
    expect(second.id).not.toBe(first.id);
    expect(await currentDeployment(tenant(), "credit")).toEqual(second);
  });

  test("two at once leave one in service", async () => {
    seeded = await seed(opened.store);
    const shares = [0.1, 0.2, 0.3, 0.4];
    await Promise.all(
      shares.map((weight) =>
        deploy(
          tenant(),
          request({
            variants: [
              { version: 1, weight: 1 - weight, role: "champion" },
              { version: 2, weight, role: "challenger" },
            ],
          }),
        ),
      ),
    );
    expect((await currentDeployment(tenant(), "credit")).variants).toHaveLength(2);
  });

  describe("refused, and nothing changes", () => {
    const one = { version: 1, weight: 1, role: "champion" } as const;
    const cases: [string, Partial<DeployRequest>, string][] = [
      ["no champion", { variants: [{ ...one, role: "challenger" }] }, "invalid-deployment"],
      ["no variant", { variants: [] }, "invalid-deployment"],
      [
        "two champions",
        {
          variants: [
            { ...one, weight: 0.5 },
            { ...one, weight: 0.5 },
          ],
        },
        "invalid-deployment",
      ],
      ["weights that do not sum to 1", { variants: [{ ...one, weight: 0.9 }] }, "invalid-deployment"],
      ["a weight that is no number", { variants: [{ ...one, weight: Number.NaN }] }, "invalid-deployment"],
      ["weight 0", { variants: [one, { version: 2, weight: 0, role: "challenger" }] }, "invalid-deployment"],
      [
        "two of one name",
        {
          variants: [
            { ...one, weight: 0.5, name: "a" },
            { version: 2, weight: 0.5, role: "challenger", name: "a" },
          ],
        },
        "invalid-deployment",
      ],
      ["a version that is not there", { variants: [{ ...one, version: 9 }] }, "version-not-found"],
      ["a product that is not there", { product: "other", variants: [one] }, "product-not-found"],
      ["costs of other classes", { variants: [one], costs: { yes: { yes: 0 } } }, "invalid-deployment"],
      ["half of the costs", { variants: [one], costs: { good: { good: 0, bad: 1 } } }, "invalid-deployment"],
    ];
    test.each(cases)("%s", async (_, change, code) => {
      seeded = await seed(opened.store);
      const before = await deploy(tenant(), request());
      await expect(deploy(tenant(), request(change))).rejects.toMatchObject({ code });
      expect(await currentDeployment(tenant(), "credit")).toEqual(before);
    });
  });
});
