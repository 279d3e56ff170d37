/**
 * Matches the control sequences of terminals (ECMA-48): colours and styles, whose codes are the first group; all
 * others, such as movements, erasing and character sets; titles and links, which end with BEL, ST or the end of the
 * text.
 */
export const CONTROL_SEQUENCE =
  /\u001b\[([\d;]*)m|\u001b\[[\d;:?<=>]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|\u001b[()*+][\dA-Z]|\u001b[=>78A-Z]/g
