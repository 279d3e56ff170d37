/**
 * Sets `navigator.language` to `en-US` if `Intl` rejects its value. On a system without a language (`LANG=C`) a browser
 * reports `en-US@posix`. uPlot passes this value to `Intl` when it is loaded, and the error would prevent all charts.
 */
export function fixNavigatorLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true })
  }
}
