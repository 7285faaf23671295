export type Lane = "urgent" | "ordinary";
export interface Lanes {
  enter(lane: Lane): Promise<() => void>;
  run<T>(lane: Lane, work: () => T | Promise<T>): Promise<T>;
}
export function twoLanes(most?: number): Lanes;
