// What a person chose stands before anything is painted. The keys are those of src/state/preferences.ts.
{
  const root = document.documentElement
  const chosen = (key) => localStorage.getItem(`hagane.${key}`)
  const language = chosen('language') ?? (navigator.language.startsWith('ja') ? 'ja' : 'en')
  root.lang = language
  if (chosen('theme') === 'light' || chosen('theme') === 'dark') root.dataset.theme = chosen('theme')
  if (chosen('density') === 'comfortable') root.dataset.density = 'comfortable'
}
