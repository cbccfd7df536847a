import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly text: string
  readonly type: string
  /** Another text has another one. */
  readonly etag: string
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Beside this file; the build puts a copy beside the program that it makes. */
const FOLDER = fileURLToPath(new URL('./browser/', import.meta.url))

/** All that a browser needs, by its path below the folder: it is sent as it lies there. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>()
  for (const entry of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })) {
    const path = entry.replaceAll('\\', '/')
    const type = TYPES[extname(path)]
    if (type === undefined) continue
    const text = readFileSync(join(FOLDER, entry), 'utf8')
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
    files.set(path, { text, type, etag })
  }
  return files
}
