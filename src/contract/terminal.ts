/**
 * Matches the control sequences of terminals (ECMA-48): colours, whose codes are the first group; movements of the
 * cursor; titles and links, which end with BEL or ST.
 */
export const CONTROL_SEQUENCE =
  /\u001b\[([\d;]*)m|\u001b\[[\d;:?<=>]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|\u001b[()*+][\dA-Z]|\u001b[=>78A-Z]/g
