import { windowOfReturn } from '@pushguard/client';
import { NextResponse, type NextRequest } from 'next/server';
import { pushguard } from '../pushguard';

/** Ids that were accepted. A site with a database keeps them there, with a unique key. */
const accepted = new Set<string>();

/** The browser comes back. Only what the service answers counts, and only for the browser that was sent. */
export async function GET(request: NextRequest): Promise<NextResponse> {
  const windowId = windowOfReturn(request.nextUrl.searchParams, request.cookies.get('window')?.value);
  if (windowId === undefined) return new NextResponse('This browser was not sent to that window.', { status: 403 });
  const { authentication } = await pushguard().getWindow(windowId);
  if (authentication?.state !== 'verified') return new NextResponse('Not verified.');
  if (accepted.has(authentication.id)) return new NextResponse('This verification was used before.', { status: 409 });
  accepted.add(authentication.id);
  return new NextResponse(`Verified: born ${authentication.result.birthDate}.`);
}
