import type { Page } from 'playwright-core'

/**
 * What some readers of the page could not read, find or operate, in a line for each: text whose contrast is below 4.5 : 1,
 * controls and pictures without a name, labels that label nothing, ids that are not unique.
 */
export async function unreadable(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(${look.toString()})()`)
}

/** Runs in the page. */
function look(): string[] {
  // biome-ignore lint/suspicious/noExplicitAny: these files are not compiled with a browser's types
  const { document, getComputedStyle, NodeFilter } = globalThis as any
  const found: string[] = []
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim()
    const element = walker.currentNode.parentElement
    if (text === '' || !isSeen(element) || element.closest(':disabled')) continue
    const background = backgroundOf(element)
    const style = getComputedStyle(element)
    const ink = element.closest('svg') ? style.fill : style.color
    const ratio = contrast(over(background, ink), background)
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${text.slice(0, 40)} (${element.className})`)
  }
  for (const control of document.querySelectorAll(
    'button, input, select, textarea, [role="progressbar"], a',
  )) {
    const labels = [...(control.labels ?? [])].map((label) => label.textContent)
    const name = [control.getAttribute('aria-label'), ...labels, control.textContent].join('').trim()
    if (name === '') found.push(`no name: ${control.outerHTML.slice(0, 60)}`)
  }
  for (const label of document.querySelectorAll('label')) {
    if (!label.control) found.push(`labels nothing: ${label.textContent}`)
  }
  for (const { id } of document.querySelectorAll('[id]')) {
    if (document.querySelectorAll(`#${id}`).length > 1) found.push(`twice: #${id}`)
  }
  for (const image of document.querySelectorAll('img:not([alt]), svg:not([aria-label])')) {
    found.push(`no alternative: ${image.outerHTML.slice(0, 60)}`)
  }
  return found

  // biome-ignore lint/suspicious/noExplicitAny: as above
  function isSeen(element: any): boolean {
    return (
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.closest('.unseen, .skip, script, style')
    )
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  function backgroundOf(element: any): number[] {
    const layers: string[] = []
    for (let at = element; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor)
    return layers.reduce<number[]>((below, layer) => over(below, layer), [255, 255, 255])
  }

  /** A colour as it is seen over another one: the browser draws it, whatever it is written in. */
  function over(below: number[], colour: string): number[] {
    canvas.fillStyle = `rgb(${below.join(' ')})`
    canvas.fillRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3) as number[]
  }

  function contrast(one: number[], other: number[]): number {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
  }

  function luminance(colour: number[]): number {
    const [red = 0, green = 0, blue = 0] = colour.map((byte) => {
      const share = byte / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
}
