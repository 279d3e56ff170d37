import type { ReactElement } from 'react'

import type { AccessTokenView } from '../../../../src/contract/access-token.ts'
import { formatDate } from '../../format.ts'
import { t } from '../../texts/texts.ts'

/** The table of access tokens, each with a button to revoke it. */
export function TokenTable({
  tokens,
  onRevoke,
}: {
  readonly tokens: readonly AccessTokenView[]
  readonly onRevoke: (token: AccessTokenView) => void
}): ReactElement {
  return (
    <table className="tbl">
      <thead>
        <tr>
          <th>{t('name')}</th>
          <th>{t('created')}</th>
          <th>{t('last_used')}</th>
          <th>
            <span className="sr">{t('delete')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <td className="clip">{token.name}</td>
            <td>{formatDate(token.createdAt)}</td>
            <td>{token.lastUsedAt === null ? t('never') : formatDate(token.lastUsedAt)}</td>
            <td>
              <button type="button" className="btn bare danger" onClick={() => onRevoke(token)}>
                {t('take_back')}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
