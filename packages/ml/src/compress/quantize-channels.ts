// Symmetric 8-bit quantisation of a weight, one scale a channel.

/**
 * `data` of `shape` as int8 = round(value / scale), scale = greatest magnitude of the channel / 127, channels lying
 * along `axis`. A channel of zeros has scale 1.
 */
export function quantizeChannels(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
): { quantized: Int8Array<ArrayBuffer>; scales: Float32Array<ArrayBuffer> } {
  const channels = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  for (const [i, value] of data.entries()) scales[channelOf(i)] = Math.max(scales[channelOf(i)]!, Math.abs(value));
  for (const [channel, most] of scales.entries()) scales[channel] = most === 0 ? 1 : most / 127;
  const quantized = Int8Array.from(data, (value, i) =>
    Math.max(-127, Math.min(127, Math.round(value / scales[channelOf(i)]!))),
  );
  return { quantized, scales };
}
