declare module '*.lua' {
  /** The text of the script. */
  const text: string
  export default text
}
