import type { ReactElement } from 'react'

import { call } from '../../api/client.ts'
import { useAction } from '../../api/queries.ts'
import { setPreference, usePreferences } from '../../state/preferences.ts'
import { t } from '../../texts/texts.ts'
import { SegmentedControl } from '../../ui/controls.tsx'
import { useTitle } from '../../ui/page.tsx'
import { TokenList } from './token-list.tsx'

/** The page of settings: the preferences of this browser, access tokens, and a button to sign out. */
export function Settings(): ReactElement {
  useTitle(t('settings'))
  const chosen = usePreferences()

  const signOut = useAction(
    () => call('/session', { method: 'DELETE' }),
    () => location.assign('/sign-in'),
  )

  return (
    <>
      <div className="head">
        <h1>{t('settings')}</h1>
      </div>
      <div className="panel grow">
        <dl className="settings">
          <dt>{t('language')}</dt>
          <dd>
            <SegmentedControl
              label={t('language')}
              value={chosen.language}
              choices={[
                ['en', 'English'],
                ['ja', '日本語'],
              ]}
              onChoose={(value) => setPreference('language', value)}
            />
          </dd>
          <dt>{t('theme')}</dt>
          <dd>
            <SegmentedControl
              label={t('theme')}
              value={chosen.theme}
              choices={[
                ['system', t('theme_system')],
                ['light', t('theme_light')],
                ['dark', t('theme_dark')],
              ]}
              onChoose={(value) => setPreference('theme', value)}
            />
          </dd>
          <dt>{t('density')}</dt>
          <dd>
            <SegmentedControl
              label={t('density')}
              value={chosen.density}
              choices={[
                ['compact', t('density_compact')],
                ['comfortable', t('density_comfortable')],
              ]}
              onChoose={(value) => setPreference('density', value)}
            />
          </dd>
          <dt>{t('time_zone')}</dt>
          <dd>
            <SegmentedControl
              label={t('time_zone')}
              value={chosen.timeZone}
              choices={[
                ['local', t('zone_local')],
                ['Asia/Tokyo', 'JST'],
                ['UTC', 'UTC'],
              ]}
              onChoose={(value) => setPreference('timeZone', value)}
            />
          </dd>
          <dt>{t('tokens')}</dt>
          <dd>
            <TokenList />
          </dd>
          <dt>{t('session')}</dt>
          <dd>
            <button type="button" className="btn danger" onClick={() => signOut.mutate(undefined)}>
              {t('sign_out')}
            </button>
            <p className="small dim">{t('token_where')}</p>
          </dd>
        </dl>
      </div>
    </>
  )
}
