declare module 'virtual:marks' {
  /** The marks that are drawn in `/assets/marks.svg`. */
  export const names: ReadonlySet<string>;
}
