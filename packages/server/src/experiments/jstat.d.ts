// The part of jstat 1.9 that this room uses; the package ships no types.
declare module "jstat" {
  interface Distribution {
    cdf(x: number, ...parameters: number[]): number;
    inv(p: number, ...parameters: number[]): number;
  }
  const jstat: {
    /** Parameters: degrees of freedom. */
    studentt: Distribution;
    /** Parameters: degrees of freedom. */
    chisquare: Distribution;
  };
  export default jstat;
}
