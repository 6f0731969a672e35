import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import type { DemoPerson } from './scene.ts';

/** The phone's display, as a separate page or beside the shop. */
export type Phone = Page | FrameLocator;

export const PIN = '274951';

/** The visible part of the hosted window. */
export function view(window: Page, name: string): Locator {
  return window.locator(`[data-view="${name}"]:visible`);
}

/** The phone's screen of this kind. */
export function screen(phone: Phone, kind: string): Locator {
  return phone.locator(`.screen.${kind}`);
}

export async function typePin(phone: Phone, pin: string = PIN): Promise<void> {
  for (const digit of pin) await phone.locator(`.pin-keys [aria-label="${digit}"]`).click();
}

/** Types a new PIN twice. */
export async function choosePin(phone: Phone): Promise<void> {
  await typePin(phone);
  await phone.locator('.screen.pin:has-text("한 번 더"), .screen.pin:has-text("Once more")').waitFor();
  await typePin(phone);
}

/** Looks at one screen on the way. */
type Look = (step: string) => Promise<void>;
const DO_NOT_LOOK: Look = () => Promise.resolve();

/** Agrees to the documents, and confirms what the code enrols. */
export async function agree(phone: Phone, look = DO_NOT_LOOK): Promise<void> {
  await screen(phone, 'agreement').waitFor();
  await look('agreement');
  await phone.locator('#agreed-terms').check();
  await phone.locator('#agreed-privacy').check();
  await screen(phone, 'agreement').locator('.primary').click();
  await screen(phone, 'offered').waitFor();
  await look('offered');
  await screen(phone, 'offered').locator('.primary').click();
}

/** Enrols the phone with a demo line, up to the list of requests. */
export async function enrol(phone: Phone, { lineId }: DemoPerson, look = DO_NOT_LOOK): Promise<void> {
  await phone.locator('#line').selectOption(lineId);
  await screen(phone, 'welcome').locator('> .primary').click();
  await agree(phone, look);
  await choosePin(phone);
  await screen(phone, 'shown-code').waitFor();
  await look('test');
  await screen(phone, 'shown-code').locator('.primary').click();
  await screen(phone, 'home').waitFor();
}

/** Opens one of the settings from the list of requests. */
export async function openSetting(phone: Phone, name: string): Promise<void> {
  await phone.locator('#settings').click();
  await screen(phone, 'settings').getByRole('button', { name, exact: true }).click();
}

/** Enters an enrolment code on a new phone, up to the test code that it then shows. */
export async function enrolWithCode(phone: Phone, code: string): Promise<void> {
  await screen(phone, 'welcome').locator('summary').click();
  await phone.locator('#enrolment-code').fill(code);
  await screen(phone, 'welcome').locator('details .secondary').click();
  await agree(phone);
  await choosePin(phone);
  await screen(phone, 'shown-code').waitFor();
}

/** Opens the notification and shows the code with the PIN. */
export async function readCode(phone: Phone): Promise<string> {
  await phone.locator('.banner button').click();
  await screen(phone, 'request').locator('.primary').click();
  await typePin(phone);
  return shownCode(phone);
}

export async function shownCode(phone: Phone): Promise<string> {
  const code = (await phone.locator('#code [aria-hidden]').textContent()) ?? '';
  return code.replace(' ', '');
}

/** Pastes a text into a field by the keyboard, as it lies in the clipboard. */
export async function paste(page: Page, field: string, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.locator(field).focus();
  await page.keyboard.press('Control+V');
}

/** Enters a person in the hosted window and submits the form. */
export async function identify(window: Page, person: DemoPerson): Promise<void> {
  await sendPerson(window, person);
  await view(window, 'code').waitFor();
}

/** Fills in the person and presses the button, whatever the window then shows. */
export async function sendPerson(window: Page, { birthDate, genderDigit, phoneNumber }: DemoPerson): Promise<void> {
  await window.locator('#birthDate').fill(birthDate);
  await window.locator('#genderDigit').fill(genderDigit);
  await window.locator('#phoneNumber').fill(phoneNumber);
  await window.locator('#person .primary').click();
}

export async function enterCode(window: Page, code: string): Promise<void> {
  await window.locator('#code').fill(code);
  await window.locator('#code-form .primary').click();
}

/** Presses the shop's button; returns the window that it opens, with a clock that stands still. */
export async function pressVerify(context: BrowserContext, shop: Page): Promise<Page> {
  const [popup] = await Promise.all([context.waitForEvent('page'), shop.locator('#verify .primary').click()]);
  await view(popup, 'person').waitFor();
  await stopClock(popup);
  return popup;
}

/** Stops the clock of a page. What ends there by itself then waits for a slow machine, until {@link passTime}. */
export async function stopClock(page: Page): Promise<void> {
  await page.evaluate('{ const stopped = Date.now(); globalThis.passed = 0; Date.now = () => stopped + passed; }');
}

/** Moves a stopped clock on, and waits until the intervals of the page, four a second, have noticed. */
export async function passTime(page: Page, ms: number): Promise<void> {
  // An interval as long as the page's, but begun later, ends after it.
  const moved = `passed += ${ms}; new Promise((noticed) => setTimeout(noticed, 250)).then(() => 0)`;
  await unlessClosed(page.evaluate(moved));
}

/** Presses the button of a window that has ended, under which the window may close before the press is over. */
export async function pressBack(window: Page, state: string): Promise<void> {
  await unlessClosed(view(window, state).locator('[data-return]').click());
}

async function unlessClosed(done: Promise<unknown>): Promise<void> {
  await done.catch((error: unknown) => {
    if (!String(error).includes('has been closed')) throw error;
  });
}
