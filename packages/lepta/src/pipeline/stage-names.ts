// The stages in their order.
export const stageNames = ["data", "train", "evaluate", "bundle", "deploy", "use", "bill"] as const;
export type StageName = (typeof stageNames)[number];
