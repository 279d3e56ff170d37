import type { ReactElement, ReactNode } from 'react'

import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { paths } from '../../paths.ts'
import { setPreference, usePreferences } from '../../state/preferences.ts'
import type { Preferences } from '../../state/preferences-store.ts'
import { t } from '../../texts/texts.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { SegmentedControl } from '../../ui/segmented-control.tsx'
import { useTitle } from '../../ui/use-title.ts'
import css from './settings.module.css'
import { TokenList } from './token-list.tsx'

/** The page of settings: the preferences of this browser, access tokens, and a button to sign out. */
export function Settings(): ReactElement {
  useTitle(t('settings'))

  return (
    <>
      <PageHead title={t('settings')} />
      <div className="panel grow">
        <dl className={css.settings}>
          <PreferenceSettings />
          <Setting label={t('tokens')}>
            <TokenList />
          </Setting>
          <Setting label={t('session')}>
            <SignOut />
          </Setting>
        </dl>
      </div>
    </>
  )
}

function Setting({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** The preferences of this browser. */
function PreferenceSettings(): ReactElement {
  return (
    <>
      <PreferenceSetting
        name="language"
        label={t('language')}
        choices={[
          ['en', 'English'],
          ['ja', '日本語'],
        ]}
      />
      <PreferenceSetting
        name="theme"
        label={t('theme')}
        choices={[
          ['system', t('theme_system')],
          ['light', t('theme_light')],
          ['dark', t('theme_dark')],
        ]}
      />
      <PreferenceSetting
        name="density"
        label={t('density')}
        choices={[
          ['compact', t('density_compact')],
          ['comfortable', t('density_comfortable')],
        ]}
      />
      <PreferenceSetting
        name="timeZone"
        label={t('time_zone')}
        choices={[
          ['local', t('zone_local')],
          ['Asia/Tokyo', 'JST'],
          ['UTC', 'UTC'],
        ]}
      />
    </>
  )
}

function PreferenceSetting<K extends keyof Preferences>({
  name,
  label,
  choices,
}: {
  readonly name: K
  readonly label: string
  readonly choices: readonly (readonly [Preferences[K], string])[]
}): ReactElement {
  const chosen = usePreferences()

  return (
    <Setting label={label}>
      <SegmentedControl
        label={label}
        value={chosen[name]}
        choices={choices}
        onChoose={(value) => setPreference(name, value)}
      />
    </Setting>
  )
}

function SignOut(): ReactElement {
  const signOut = useAction(
    () => call('closeSession'),
    () => location.assign(paths.signIn()),
  )

  return (
    <>
      <button type="button" className="btn danger" onClick={() => signOut.mutate(undefined)}>
        {t('sign_out')}
      </button>
      <p className="small dim">{t('token_where')}</p>
    </>
  )
}
