/** `100 B`, `10 KB`, `1 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`
  return bytes < 1e6 ? `${bytes / 1e3} KB` : `${bytes / 1e6} MB`
}
