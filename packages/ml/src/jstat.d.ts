// The part of jstat that this package uses; jstat ships no types.
declare module "jstat" {
  const jstat: {
    readonly normal: {
      cdf(x: number, mean: number, sd: number): number;
      inv(p: number, mean: number, sd: number): number;
    };
  };
  export default jstat;
}
