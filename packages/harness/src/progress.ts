/** Tells people how far it has come; `detail` changes often. */
export type Progress = (stage: string, detail?: string) => void

/** One line that is written over where people watch; a line for each stage where nobody does. */
export function progressOn(stream: NodeJS.WriteStream): { readonly tell: Progress; end(): void } {
  if (stream.isTTY) {
    return {
      tell: (stage, detail = '') => void stream.write(`\r\x1b[K${stage}, ${detail}`),
      end: () => void stream.write('\r\x1b[K'),
    }
  }
  let last = ''
  return {
    tell(stage) {
      if (stage !== last) stream.write(`${stage}\n`)
      last = stage
    },
    end() {},
  }
}
