import type { RecordState } from '@idem/core'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

export type Look = keyof typeof CODES

/** Paints text, or leaves it as it is where colours are not wanted. */
export type Paint = (look: Look, text: string) => string

export const paint: Paint = (look, text) => `\u001b[${CODES[look]}m${text}\u001b[0m`
export const noPaint: Paint = (_, text) => text

export const LOOK_OF_STATE: Readonly<Record<RecordState, Look>> = {
  running: 'cyan',
  succeeded: 'green',
  failed: 'yellow',
  abandoned: 'red',
}
