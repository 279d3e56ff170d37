/**
 * Replaces a language of the browser that `Intl` refuses by `en-US`. On a system without a language (`LANG=C`) a
 * browser reports `en-US@posix`. uPlot passes this to `Intl` when it is loaded, which throws, and no chart would be
 * shown.
 */
export function fixNavigatorLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true })
  }
}
