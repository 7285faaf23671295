// The maths of secure aggregation: pairwise masks hide each vector and cancel in the sum, exactly.
import { createCipheriv, diffieHellman, hkdfSync, type KeyObject } from "node:crypto";
import { mismatch } from "./parameter-set.ts";

/** Another participant, and the 32-byte secret shared with it alone. */
export interface Peer {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** The secret of a pair: X25519, then HKDF-SHA-256. Both sides derive the same. */
export function pairSecret(ownPrivateKey: KeyObject, peerPublicKey: KeyObject): Uint8Array {
  const shared = diffieHellman({ privateKey: ownPrivateKey, publicKey: peerPublicKey });
  return new Uint8Array(hkdfSync("sha256", shared, "", "lepta pairwise mask", 32));
}

/**
 * The sum of the masks that `self` puts on its vector against `peers`: plus towards a greater id, minus towards a
 * smaller one, modulo 2^64. A mask is the AES-256-CTR key stream of the pair's secret and the round, so that no round
 * reuses it: call with each round number once.
 */
export function pairwiseMask(
  self: string,
  peers: readonly Peer[],
  length: number,
  round: number,
): BigUint64Array<ArrayBuffer> {
  const total = new BigUint64Array(length);
  for (const { id, secret } of peers) {
    if (id === self) throw mismatch(`Participant "${id}" is listed as its own peer.`);
    const mask = keyStream(secret, length, round);
    const add = self < id;
    for (let i = 0; i < length; i++) total[i] = add ? total[i]! + mask[i]! : total[i]! - mask[i]!;
  }
  return total;
}

/** a + b modulo 2^64: a participant masks its fixed-point vector with this, the server sums with it. */
export function addModular(a: BigUint64Array, b: BigUint64Array): BigUint64Array<ArrayBuffer> {
  if (a.length !== b.length) throw mismatch(`Vectors of ${a.length} and ${b.length} values cannot be summed.`);
  return BigUint64Array.from(a, (value, i) => BigInt.asUintN(64, value + b[i]!));
}

/**
 * The sum of masked vectors (Bonawitz et al. 2017, without its double masking): with every participant's vector the
 * masks cancel. Of a participant whose vector never came, each other one reveals `pairwiseMask` against it alone;
 * `dropped` takes these off. Never reveal it for one whose vector did come: that would bare it.
 */
export function secureSum(
  masked: readonly BigUint64Array[],
  dropped: readonly BigUint64Array[] = [],
): BigUint64Array<ArrayBuffer> {
  const first = masked[0];
  if (first === undefined) throw mismatch("There are no vectors to sum.");
  let sum = masked.slice(1).reduce<BigUint64Array<ArrayBuffer>>(addModular, BigUint64Array.from(first));
  for (const mask of dropped)
    sum = addModular(
      sum,
      BigUint64Array.from(mask, (value) => BigInt.asUintN(64, -value)),
    );
  return sum;
}

function keyStream(secret: Uint8Array, length: number, round: number): BigUint64Array {
  const counter = new Uint8Array(16);
  new DataView(counter.buffer).setBigUint64(0, BigInt(round)); // the low 8 bytes count blocks
  const stream = createCipheriv("aes-256-ctr", secret, counter).update(new Uint8Array(8 * length));
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  return BigUint64Array.from({ length }, (_, i) => view.getBigUint64(8 * i, true)); // the same on every machine
}
