// Putting a product into service over HTTP: uploads are a stranger's files until they are opened.
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiClient, createApiClient, type NewVersion } from "@lepta/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { creditBundle } from "../../../testing/credit-bundle.ts";
import { type CreditServer, startCreditServer } from "../../../testing/credit-server.ts";
import { describeStores, type TestStore } from "../../../testing/stores.ts";

const gini = { title: "Gini", direction: "higher", unit: "" } as const;

describeStores("publishing over HTTP", (open) => {
  let opened: TestStore;
  let server: CreditServer;
  let client: ApiClient;
  let folder: string;
  let bundle: string;
  beforeAll(async () => {
    opened = await open();
    server = await startCreditServer(opened, { limits: { uploadBytes: 200_000 } });
    client = createApiClient({ url: server.url, key: server.key });
    folder = await mkdtemp(join(tmpdir(), "lepta-publish-"));
    bundle = join(folder, "bundle");
    await creditBundle(bundle, "logistic", 0.3);
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await opened.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const send = async (by: ApiClient = client): Promise<NewVersion["files"]> => {
    const files: NewVersion["files"] = [];
    for (const path of readdirSync(bundle)) {
      const { sha256 } = await by.uploadFile(new Blob([readFileSync(join(bundle, path))]));
      files.push({ path, sha256 });
    }
    return files;
  };

  test("a bundle becomes a version, the same again the same, and a new product is made of its manifest", async () => {
    const files = await send();
    const made = await client.registerVersion("loans", { name: "linear", files });
    expect(made).toMatchObject({ product: "loans", version: 1, name: "linear", threshold: 0.3 });
    expect(await client.registerVersion("loans", { name: "other", files })).toEqual(made);
    expect(await client.product("loans")).toMatchObject({
      task: "binary",
      target: "risk",
      outcome: { positive: "bad" },
    });
    const deployment = await client.deploy("loans", {
      variants: [{ version: 1, role: "champion", weight: 1 }],
      replaces: null,
    });
    const answer = await client.predict("loans", server.rows[0] as Record<string, string>);
    expect(answer.model.id).toBe(made.id);
    expect((await client.setPrice("loans", { amountMicros: 2000, currency: "USD" })).amountMicros).toBe(2000);
    await expect(
      client.deploy("loans", { variants: [{ version: 1, role: "champion", weight: 1 }], costs: null, replaces: null }),
    ).resolves.toEqual(deployment);
  });

  test("a deployment that was decided on an older one is refused; past ones are listed, newest first", async () => {
    const before = await client.deployment("credit");
    const alone = await client.deploy("credit", {
      variants: [{ version: 1, role: "champion", weight: 1 }],
      replaces: before.id,
    });
    await expect(
      client.deploy("credit", {
        variants: [
          { version: 1, role: "champion", weight: 0.9 },
          { version: 1, role: "challenger", weight: 0.1 },
        ],
        replaces: before.id,
      }),
    ).rejects.toMatchObject({ code: "deployment-changed", status: 409 });
    const { items } = await client.deployments("credit", { limit: 2 });
    expect(items.map(({ id }) => id)).toEqual([alone.id, before.id]);
    expect(items[0]?.endedAt).toBeNull();
    expect(items[1]?.endedAt).not.toBeNull();
    expect(items[1]?.variants).toEqual(before.variants);
  });

  test("a version's bundle comes back as it was sent, for who may publish", async () => {
    const files = await send();
    const { version } = await client.registerVersion("returned", { name: "linear", files });
    const listed = await client.versionFiles("returned", version);
    expect(listed.map(({ path, sha256 }) => ({ path, sha256 })).sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
      [...files].sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
    for (const { path, bytes } of listed) {
      const content = Buffer.from(await (await client.versionFile("returned", version, path)).arrayBuffer());
      expect(content).toHaveLength(bytes);
      expect(content.equals(readFileSync(join(bundle, path)))).toBe(true);
    }
    for (const path of ["manifest", "../manifest.json", "MANIFEST.JSON"])
      await expect(client.versionFile("returned", version, path)).rejects.toMatchObject({
        code: "bundle-file-not-found",
        status: 404,
      });
    for (const ask of [client.versionFiles("returned", 9), client.versionFile("returned", 9, "manifest.json")])
      await expect(ask).rejects.toMatchObject({ code: "version-not-found" });
    await expect(client.versionFiles("returned", 2 ** 31)).rejects.toMatchObject({ code: "invalid-request" });
    const { secret } = await server.makeKey(["predict", "feedback", "read"]);
    const reader = createApiClient({ url: server.url, key: secret });
    await expect(reader.versionFile("returned", version, "manifest.json")).rejects.toMatchObject({
      code: "missing-scope",
    });
  });

  test("a run of another process: stages, events, reuse, end", async () => {
    const run = await client.createRun({ product: "credit", seed: 3 });
    const inputHash = "a".repeat(64);
    await client.recordStage(run, { name: "train", position: 0, status: "running", inputHash });
    await client.appendRunEvents(run, [
      {
        type: "metric",
        stage: "train",
        model: "network",
        step: 1,
        epoch: 1,
        values: { loss: 0.5, gini: 0.6 },
        metrics: { gini },
      },
    ]);
    await client.appendRunEvents(run, []);
    const result = { folder: "x", nested: { list: [1, null, "a"] } };
    await client.recordStage(run, { name: "train", position: 0, status: "done", inputHash, result, summary: { a: 1 } });
    expect(await client.finishRun(run, "done")).toMatchObject({ id: run, status: "done", seed: 3 });
    await expect(client.appendRunEvents(run, [])).rejects.toMatchObject({ code: "run-finished" });
    expect(await client.finishedStage({ product: "credit", name: "train", inputHash })).toMatchObject({ run, result });
    expect(await client.finishedStage({ product: "other", name: "train", inputHash })).toBeNull();
    expect((await client.run(run)).curves).toEqual([
      { stage: "train", model: "network", name: "gini", metric: gini, points: [[1, 0.6]] },
      { stage: "train", model: "network", name: "loss", metric: null, points: [[1, 0.5]] },
    ]);
  });

  describe("refuses", () => {
    test("a file above the limit, with a length and without", async () => {
      const large = new Uint8Array(200_001);
      await expect(client.uploadFile(new Blob([large]))).rejects.toMatchObject({ code: "body-too-large" });
      const chunked = new ReadableStream({
        start(controller) {
          for (let i = 0; i < 3; i++) controller.enqueue(large.slice(0, 100_000));
          controller.close();
        },
      });
      const init = {
        method: "POST",
        body: chunked,
        duplex: "half",
        headers: { "content-type": "application/octet-stream" },
      };
      const answer = await server.send("/v1/uploads", undefined, init as RequestInit).catch(() => undefined);
      // The answer may come while the caller still sends.
      if (answer !== undefined) expect(answer.status).toBe(413);
      expect((await readdir(join(opened.store.dir, "uploads", server.tenant.organisationId))).join()).not.toMatch(
        /tmp/,
      );
    });

    test("what is not declared as bytes", async () => {
      const answer = await server.send("/v1/uploads", "{}");
      expect(answer.status).toBe(415);
    });

    test.each(["../manifest.json", "/etc/passwd", "a/b", "..", "", ".hidden"])("the name %j", async (path) => {
      const [file] = await send();
      const files = [{ path, sha256: file?.sha256 ?? "" }, file as NewVersion["files"][number]];
      await expect(client.registerVersion("credit", { name: "x", files })).rejects.toMatchObject({
        code: "invalid-request",
      });
    });

    test("two files of one name", async () => {
      const files = await send();
      const [first] = files as [NewVersion["files"][number]];
      const twice = [...files, { ...first, path: first.path.toUpperCase() }];
      await expect(client.registerVersion("credit", { name: "x", files: twice })).rejects.toMatchObject({
        code: "bundle-unusable",
      });
    });

    test("a hash that nobody uploaded, and what another organisation uploaded", async () => {
      const files = await send();
      const other = await startCreditServer(opened);
      try {
        const stranger = createApiClient({ url: other.url, key: other.key });
        await expect(stranger.registerVersion("credit", { name: "x", files })).rejects.toMatchObject({
          code: "upload-not-found",
          status: 404,
        });
      } finally {
        await other.close();
      }
    });

    test("a model that is another's than the manifest says, or none; nothing is registered", async () => {
      const count = (await client.versions("credit")).items.length;
      const files = await send();
      const { sha256 } = await client.uploadFile(new Blob(["no model"]));
      const wrong = files.map((file) => (file.path === "model.onnx" ? { ...file, sha256 } : file));
      await expect(client.registerVersion("credit", { name: "x", files: wrong })).rejects.toMatchObject({
        code: "bundle-unusable",
        message: expect.not.stringContaining(opened.store.dir),
      });
      const rest = files.filter(({ path }) => path !== "manifest.json");
      await expect(client.registerVersion("credit", { name: "x", files: rest })).rejects.toMatchObject({
        code: "bundle-unusable",
      });
      expect((await client.versions("credit")).items).toHaveLength(count);
    });

    test("who may predict alone", async () => {
      const { secret } = await server.makeKey(["predict", "feedback", "read"]);
      const reader = createApiClient({ url: server.url, key: secret });
      const one = { variants: [{ version: 1, role: "champion" as const, weight: 1 }] };
      for (const call of [
        () => reader.uploadFile(new Blob(["x"])),
        () => reader.deploy("credit", one),
        () => reader.createRun({ product: "credit" }),
        () => reader.setPrice("credit", { amountMicros: 1, currency: "USD" }),
      ])
        await expect(call()).rejects.toMatchObject({ code: "missing-scope" });
    });
  });
});
