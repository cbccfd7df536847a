import { renderMermaidSVG } from 'beautiful-mermaid'
import type { MarkdownRenderer } from 'vitepress'

/**
 * Mermaid becomes a picture when the site is built: readers get no script for it, and ask nobody for a font. Its colours are
 * those of the page, light or dark: see theme/style.css.
 */
export function diagrams(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules
  md.renderer.rules.fence = (tokens, at, options, env, self) => {
    const token = tokens[at]
    if (token?.info.trim() !== 'mermaid') return fence?.(tokens, at, options, env, self) ?? ''
    return `<figure class="diagram" tabindex="0" v-pre>${picture(token.content)}</figure>\n`
  }
}

/** Without the style sheet that comes with it, which would apply to the whole page, and fetch a font. */
export function picture(mermaid: string): string {
  const svg = renderMermaidSVG(mermaid, { font: 'inherit', padding: 8 })
  const width = Math.ceil(Number(/<svg[^>]*? width="([\d.]+)"/.exec(svg)?.[1]))
  return svg
    .replace(/<style>.*?<\/style>\n?/s, '')
    .replace(/ style="--bg:[^"]*"/, ` role="img" style="width: ${width}px"`)
    .replace(/\n\s*\n/g, '\n')
}
