/**
 * The link that opens the app with an enrolment code. The code stands in the fragment, which browsers send to no server. A
 * native app takes the link by universal links; elsewhere it opens the app in the browser.
 */
export function enrolmentLink(issuer: string, enrolmentCode: string): string {
  return `${issuer}/app#enrol=${enrolmentCode}`;
}
