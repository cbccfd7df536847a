export function shuffled<T>(list: readonly T[]): T[] {
  const drawn = [...list]
  for (let end = drawn.length - 1; end > 0; end--) {
    const at = Math.floor(Math.random() * (end + 1))
    ;[drawn[at], drawn[end]] = [drawn[end] as T, drawn[at] as T]
  }
  return drawn
}
