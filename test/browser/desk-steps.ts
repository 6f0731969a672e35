import type { Page } from 'playwright-core';
import { codeOf } from '../support/desk.ts';
import type { Scene } from './scene.ts';

/** An operator's password, and a one-time password that was not used before. */
export async function credentialsOf(scene: Scene, login: string): Promise<{ password: string; code: string }> {
  await scene.rows.operators.forgetTotp(login);
  const { password, totpSecret } = scene.operator(login);
  return { password, code: codeOf(totpSecret) };
}

/** Signs an operator in at the desk, from its sign-in page. */
export async function signInAtDesk(scene: Scene, page: Page, login: string): Promise<void> {
  const { password, code } = await credentialsOf(scene, login);
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(password);
  await page.locator('#code').fill(code);
  await page.locator('main .primary').click();
  await page.waitForURL(`${scene.issuer}/operator`);
}
