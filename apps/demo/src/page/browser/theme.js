// Runs before anything is painted, so that nobody sees the page in the wrong colours first.
const themes = ['auto', 'light', 'dark']

function show(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

const kept = localStorage.getItem('theme')
const chosen = themes.includes(kept) ? kept : 'auto'
show(chosen)

document.addEventListener('DOMContentLoaded', () => {
  for (const radio of document.querySelectorAll('input[name="theme"]')) {
    radio.checked = radio.value === chosen
    radio.addEventListener('change', () => {
      localStorage.setItem('theme', radio.value)
      show(radio.value)
    })
  }
})
