// The public surface of this package: one explicit list.
export {};
