/**
 * Matches a control sequence of terminals (ECMA-48). For colours and styles, group 1 is the codes, such as `1;31`.
 * Other sequences move the cursor, erase, select character sets, or set titles and links; the latter two end with BEL,
 * ST or the end of the text.
 */
export const CONTROL_SEQUENCE =
  /\u001b\[([\d;]*)m|\u001b\[[\d;:?<=>]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|\u001b[()*+][\dA-Z]|\u001b[=>78A-Z]/g
