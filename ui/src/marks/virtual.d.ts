declare module 'virtual:marks' {
  const drawings: Record<string, string>;
  export default drawings;
}
