// The part of jstat that this package uses; jstat ships no types.
declare module "jstat" {
  const jstat: {
    readonly studentt: { inv(p: number, freedom: number): number };
    readonly normal: {
      cdf(x: number, mean: number, sd: number): number;
      inv(p: number, mean: number, sd: number): number;
    };
    readonly chisquare: {
      inv(p: number, freedom: number): number;
    };
    readonly studentt: {
      inv(p: number, freedom: number): number;
    };
  };
  export default jstat;
}
