// The two models that a ship trains, by the part that they play.
export const roles = ["baseline", "network"] as const;
export type Role = (typeof roles)[number];
