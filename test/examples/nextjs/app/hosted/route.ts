import { NextResponse } from 'next/server';
import { pushguard } from '../pushguard';

export const dynamic = 'force-dynamic';

/** Sends the browser to a hosted window and binds the window to it. */
export async function GET(): Promise<NextResponse> {
  const returnUrl = process.env.RETURN_URL ?? '';
  const { url, binding } = await pushguard().createWindow({ purpose: 'Sign-up', returnUrl, locale: 'en' });
  const response = NextResponse.redirect(url, 303);
  response.cookies.set('window', binding, {
    httpOnly: true,
    secure: returnUrl.startsWith('https:'),
    sameSite: 'lax',
    maxAge: 600,
  });
  return response;
}
