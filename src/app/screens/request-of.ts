import type { SimulatedCard } from '../../phone/card.ts';
import type { Phone } from '../../phone/phone.ts';
import { ApproveRequest } from './approve-request.ts';
import { CallerRequest } from './caller-request.ts';
import { CodeRequest } from './code-request.ts';
import type { Display } from './display.ts';
import { showPast } from './past.ts';
import type { Phones } from './phones.ts';
import type { Leave } from './pin-refusal.ts';
import type { Request } from './request.ts';
import { SignRequest } from './sign-request.ts';
import type { Waiting } from './waiting.ts';

/** The screens of a request that waits, by what it asks of the person. */
export function requestOf(display: Display, phones: Phones, { phone, authentication }: Waiting, leave: Leave): Request {
  const history = () => void showPast(display, phone, { back: leave.home, unregistered: leave.unregistered });
  const ways = { ...leave, history };
  const now = () => phones.now();
  if (authentication.transaction) {
    return new SignRequest(display, phone, authentication, now, ways, cardOf(phones, phone));
  }
  if (authentication.method === 'approve') return new ApproveRequest(display, phone, authentication, now, ways);
  const Kind = authentication.caller ? CallerRequest : CodeRequest;
  return new Kind(display, phone, authentication, now, ways);
}

/** The institution's card, which a Smart OTP may need beside the PIN. */
function cardOf(
  phones: Phones,
  phone: Phone,
): { kept: () => SimulatedCard | null; keep: (card: SimulatedCard) => Promise<void> } {
  const smartOtp = phones.smartOtpOn(phone);
  const keep = async (card: SimulatedCard) => {
    if (!smartOtp || smartOtp.card === card) return;
    smartOtp.card = card;
    await phones.keep();
  };
  return { kept: () => smartOtp?.card ?? null, keep };
}
