import type { AuthenticationState, Channel } from '../domain/authentication.ts';
import type { HistoryFlag } from '../history/history.ts';

class HistoryRelyingParty {
  name: string;
}

export class HistoryResponse {
  id: string;
  requestedAt: string;
  relyingParty: HistoryRelyingParty;
  purpose: string;
  channel: Channel;
  state: AuthenticationState;
  closedAt: string | null;
  /** The name of the device that answered; null when none did. */
  device: string | null;
  /** `not_me`: the person said that it was not them. Present only where there is one. */
  flags?: HistoryFlag[];
}
