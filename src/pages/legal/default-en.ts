import type { BrandNames } from '../brand.ts';
import type { RequiredDocument, Retention } from './required-document.ts';

/** The English texts of a service whose adopter gives none. The Korean ones prevail. */
export const en = ({
  service,
  carrier,
  callCentre,
  historyDays,
  personalDataDays,
}: BrandNames & Retention): Record<RequiredDocument, string> => ({
  terms: `# Terms of ${service}

This is a translation. The Korean text prevails.

## 1. Purpose
These terms govern the use of ${service} (the service), which ${carrier} (the company) provides, and the rights and duties of both sides.

## 2. The service
- When somebody asks to verify you by your line, the code goes to the app on the phone that you registered, not to your text messages.
- The code is made after you have entered your PIN in the app, and is encrypted so that only the registered phone can read it.
- You can see recent verifications in the app and on the website.

## 3. Who may join
1. Anyone aged 19 or over with a line of the company in their own name.
2. Lines of companies or other persons, prepaid and machine plans, and unsupported phones cannot join.
3. A line whose SIM was changed or whose loss was reported a short time ago can join after the time stated on the website.

## 4. Fee
The monthly fee stands on the website. Only days on which the service was in use are charged, with your telephone bill; suspended days are not.

## 5. Suspension and automatic cancellation
- The service is suspended when the line is suspended, when a loss is reported, or when the SIM was changed.
- It is cancelled when the number moves to another carrier, when the owner changes, when the line ends, and with an unsupported phone or plan.

## 6. Your duties
Never tell the PIN of the app or a code to anyone, and report a lost phone without delay.

## 7. Cancelling
You can cancel at any time on the website or by calling ${callCentre}.

## 8. Liability
The company is liable under the law for damage that it causes by intent or negligence. It is not liable for failures of networks without its fault, or for damage from a PIN that you disclosed.

## 9. Changes
Changes are announced on the website 7 days before they take effect, and 30 days before if they are to your disadvantage. Earlier terms remain readable on this page.

## 10. Disputes
Korean law applies, and the courts named by the Civil Procedure Act are competent.`,
  privacy: `# Privacy policy

This is a translation. The Korean text prevails.

## 1. Purposes and data
- Verification and membership: date of birth, sex, nationality (Korean or not), phone number, state and holder of the line, kind of plan
- Delivery of codes: name, system, serial number, public keys and push address of the registered phone
- Prevention of abuse: who asked for a verification, why and when, address and browser, times of changes of SIM and phone
- Billing: days of use and amount
- Reissue: old serial number, proof of identity, and recipient and address if you chose post

The company never collects a whole resident registration number.

## 2. Retention
- Verifications and access records: ${historyDays} days (Protection of Communications Secrets Act), and up to 31 more, because they are destroyed by the month
- Contract, consents and fees: ${personalDataDays} days after the end (Enforcement Decree of the E-Commerce Act, article 6)
- Name, push address and keys of a phone that was removed: 3 days
- Address and proof of an application for a reissue: until the reissue has ended
- Records of what operators did and read: kept, so that they cannot be forged; they hold no name and no number

## 3. Who receives data
The company for which you verify yourself receives date of birth, sex, nationality, phone number and the result. Nobody else, unless the law demands it.

## 4. Processors
Notifications go through the notification services of the phone's system (Google, Apple). They hold no readable personal data.

## 5. Your rights
“My data” on the website shows what is held and lets you download it. Call ${callCentre} to have it corrected, erased or restricted. Optional consents can be withdrawn at any time. Without the required ones the service cannot be used.

## 6. Erasure
Data whose retention has ended is deleted from the database and cannot be restored.

## 7. Security
Personal data is stored encrypted field by field, each look by an operator is recorded with its reason, and pages show it masked.

## 8. Cookies
Cookies keep your login and language only. There are none for advertising or analytics.

## 9. Contact and remedies
Ask the privacy officer named below this page, or call ${callCentre}. You can complain to the Personal Information Infringement Report Centre (privacy.kisa.or.kr, 118) and to the Personal Information Dispute Mediation Committee (kopico.go.kr, 1833-6972).`,
});
