/** Where handlers are held: `entered` says that one is there, `open` lets all go on. */
export function gate() {
  let enter = () => {}
  let open = () => {}
  const entered = new Promise<void>((resolve) => {
    enter = resolve
  })
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const pass = (): Promise<void> => {
    enter()
    return opened
  }
  return { entered, pass, open }
}
