// MD5 (RFC 1321) of many short messages: a call into OpenSSL for each takes several times as long.

/** floor(2^32 |sin(i + 1)|), for the 64 steps. */
const sines = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))) | 0);

/** Bytes of a message, and its digest's first eight. */
export class Md5 {
  /** The message is written here, from 0 on. `reserve` may put another in its place. */
  message: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  #words = new Int32Array(this.message.buffer);

  /** Makes room for a message of `length` bytes, of which those before `kept` are written already. */
  reserve(length: number, kept: number): void {
    if (length + 72 <= this.message.length) return;
    const larger = new Uint8Array(64 * Math.ceil((2 * (length + 72)) / 64));
    larger.set(this.message.subarray(0, kept));
    this.message = larger;
    this.#words = new Int32Array(larger.buffer);
  }

  /** The first 53 bits of the digest's first eight bytes, as a little-endian word has them. Spoils the message. */
  upper53(length: number): number {
    const { message } = this;
    const words = this.#words;
    const blocks = (length + 72) >>> 6;
    message.fill(0, length, 64 * blocks);
    message[length] = 0x80;
    words[16 * blocks - 2] = length << 3;
    words[16 * blocks - 1] = length >>> 29;
    let a0 = 0x67452301;
    let b0 = 0xefcdab89 | 0;
    let c0 = 0x98badcfe | 0;
    let d0 = 0x10325476;
    for (let block = 0; block < blocks; block++) {
      const at = 16 * block;
      let a = a0;
      let b = b0;
      let c = c0;
      let d = d0;
      // Four steps a turn, so that no word changes its place.
      for (let i = 0; i < 16; i += 4) {
        a = step(a + (d ^ (b & (c ^ d))) + words[at + i]! + sines[i]!, 7, b);
        d = step(d + (c ^ (a & (b ^ c))) + words[at + i + 1]! + sines[i + 1]!, 12, a);
        c = step(c + (b ^ (d & (a ^ b))) + words[at + i + 2]! + sines[i + 2]!, 17, d);
        b = step(b + (a ^ (c & (d ^ a))) + words[at + i + 3]! + sines[i + 3]!, 22, c);
      }
      for (let i = 16; i < 32; i += 4) {
        a = step(a + (c ^ (d & (b ^ c))) + words[at + ((5 * i + 1) & 15)]! + sines[i]!, 5, b);
        d = step(d + (b ^ (c & (a ^ b))) + words[at + ((5 * i + 6) & 15)]! + sines[i + 1]!, 9, a);
        c = step(c + (a ^ (b & (d ^ a))) + words[at + ((5 * i + 11) & 15)]! + sines[i + 2]!, 14, d);
        b = step(b + (d ^ (a & (c ^ d))) + words[at + ((5 * i) & 15)]! + sines[i + 3]!, 20, c);
      }
      for (let i = 32; i < 48; i += 4) {
        a = step(a + (b ^ c ^ d) + words[at + ((3 * i + 5) & 15)]! + sines[i]!, 4, b);
        d = step(d + (a ^ b ^ c) + words[at + ((3 * i + 8) & 15)]! + sines[i + 1]!, 11, a);
        c = step(c + (d ^ a ^ b) + words[at + ((3 * i + 11) & 15)]! + sines[i + 2]!, 16, d);
        b = step(b + (c ^ d ^ a) + words[at + ((3 * i + 14) & 15)]! + sines[i + 3]!, 23, c);
      }
      for (let i = 48; i < 64; i += 4) {
        a = step(a + (c ^ (b | ~d)) + words[at + ((7 * i) & 15)]! + sines[i]!, 6, b);
        d = step(d + (b ^ (a | ~c)) + words[at + ((7 * i + 7) & 15)]! + sines[i + 1]!, 10, a);
        c = step(c + (a ^ (d | ~b)) + words[at + ((7 * i + 14) & 15)]! + sines[i + 2]!, 15, d);
        b = step(b + (d ^ (c | ~a)) + words[at + ((7 * i + 21) & 15)]! + sines[i + 3]!, 21, c);
      }
      a0 = (a0 + a) | 0;
      b0 = (b0 + b) | 0;
      c0 = (c0 + c) | 0;
      d0 = (d0 + d) | 0;
    }
    return (b0 >>> 0) * 2 ** 21 + (a0 >>> 11);
  }
}

function step(sum: number, turn: number, beside: number): number {
  return (((sum << turn) | (sum >>> (32 - turn))) + beside) | 0;
}
