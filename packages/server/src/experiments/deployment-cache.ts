// The deployments that answer now, kept in memory; a new one takes over once its models are loaded.
import { ApiError, type Deployment, type Variant } from "@lepta/api";
import { subjectSalt } from "../accounts/organisations.ts";
import type { Store } from "../db/store.ts";
import { currentDeployment } from "./deployment.ts";

/** `key` names the variant in the draw of its subjects. */
type LiveVariant = Variant & { key: string };

interface LiveDeployment extends Deployment {
  variants: LiveVariant[];
  /** The organisation's, for hashing subjects. */
  subjectSalt: string;
}

export interface DeploymentCache {
  /**
   * What answers now. The store is asked again after `freshMs`. A product in use is asked for meanwhile and goes on with
   * the deployment before, so no request waits; one that nobody used for twice that time waits for the answer. A deploy
   * by any process takes effect within twice `freshMs` and the loading of its models.
   * @throws ApiError product-not-found, deployment-not-found
   */
  current(organisationId: string, product: string): Promise<LiveDeployment>;
  /**
   * Resolves once the deployment that is stored now answers here, or cannot be prepared (which `onFailure` is told):
   * requests that follow a deploy of this process are answered by it.
   */
  renew(organisationId: string, product: string): Promise<void>;
}

export interface DeploymentCacheOptions {
  /** Loads the models of a deployment. */
  prepare(organisationId: string, deployment: Deployment): Promise<void>;
  /** Told of a deployment that cannot be prepared while another still answers. */
  onFailure?(error: unknown, deployment: Deployment): void;
  /** Default 500. */
  freshMs?: number;
  now?(): number;
}

interface Entry {
  live: LiveDeployment | undefined;
  checkedAt: number;
  checking: Promise<void> | undefined;
  /** Id of a deployment that is being prepared, or failed to be. */
  preparing: string | undefined;
  /** The end of that preparation, whatever it is. */
  prepared: Promise<void> | undefined;
}

/** More products than this are dropped and read again. */
const maxEntries = 10_000;

export function deploymentCache(store: Store, options: DeploymentCacheOptions): DeploymentCache {
  const { prepare, onFailure, freshMs = 500, now = Date.now } = options;
  const entries = new Map<string, Entry>();

  async function check(entry: Entry, organisationId: string, product: string): Promise<void> {
    let found: Deployment;
    try {
      found = await currentDeployment(store.tenant(organisationId), product);
    } catch (error) {
      // It is gone. A database that does not answer takes nothing out of service: what is stored fails by itself.
      if (error instanceof ApiError) entry.live = undefined;
      throw error;
    }
    entry.checkedAt = now();
    if (found.id === entry.live?.id || found.id === entry.preparing) return;
    const salt = entry.live?.subjectSalt ?? (await subjectSalt(store, organisationId));
    entry.preparing = found.id;
    const ready = prepare(organisationId, found).then(() => {
      if (entry.preparing === found.id)
        entry.live = { ...found, variants: withKeys(found.variants), subjectSalt: salt };
    });
    const done = () => {
      if (entry.preparing === found.id) entry.preparing = undefined;
    };
    if (entry.live) {
      entry.prepared = ready.then(done, (error) => {
        onFailure?.(error, found);
        // Asked again later, not at each check: loading what cannot be loaded is not free.
        setTimeout(done, 10_000).unref();
      });
    } else await ready.finally(done);
  }

  return {
    async current(organisationId, product) {
      const key = `${organisationId}/${product}`;
      let entry = entries.get(key);
      if (!entry) {
        if (entries.size >= maxEntries) entries.clear();
        entry = {
          live: undefined,
          checkedAt: Number.NEGATIVE_INFINITY,
          checking: undefined,
          preparing: undefined,
          prepared: undefined,
        };
        entries.set(key, entry);
      }
      const age = now() - entry.checkedAt;
      if (entry.live && age < freshMs) return entry.live;
      const own = entry;
      entry.checking ??= check(entry, organisationId, product).finally(() => {
        own.checking = undefined;
      });
      if (entry.live && age < 2 * freshMs) {
        // Its failure is told to the next request that waits.
        entry.checking.catch(() => undefined);
        return entry.live;
      }
      try {
        await entry.checking;
      } catch (error) {
        // Names that lead nowhere are not kept.
        if (!entry.live && entries.get(key) === entry) entries.delete(key);
        throw error;
      }
      return entry.live as LiveDeployment;
    },
    async renew(organisationId, product) {
      const entry = entries.get(`${organisationId}/${product}`);
      if (entry?.live === undefined) return;
      // One that is under way may have asked before the deploy.
      await entry.checking?.catch(() => undefined);
      // What cannot be asked now is asked again by the requests that follow.
      await check(entry, organisationId, product).catch(() => undefined);
      await entry.prepared;
    },
  };
}

/** Draws go by version: one that stays in service, under whatever role or name, keeps its subjects. */
function withKeys(variants: readonly Variant[]): LiveVariant[] {
  const used = new Map<string, number>();
  return variants.map((variant) => {
    const number = (used.get(variant.model.id) ?? 0) + 1;
    used.set(variant.model.id, number);
    // The same version twice (an A/A test) draws twice.
    return { ...variant, key: number === 1 ? variant.model.id : `${variant.model.id}#${number}` };
  });
}
