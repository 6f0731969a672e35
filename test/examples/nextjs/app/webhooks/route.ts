import { PushguardError, verifyWebhook } from '@pushguard/client';

/** The signature is over the bytes as they arrived: `request.json()` would lose them. */
export async function POST(request: Request): Promise<Response> {
  const body = new Uint8Array(await request.arrayBuffer());
  try {
    const event = verifyWebhook(request.headers, body, process.env.WEBHOOK_SECRET ?? '');
    console.log(`event ${event.type}`);
    return new Response(null, { status: 204 });
  } catch (error) {
    if (error instanceof PushguardError) return new Response(error.detail, { status: 400 });
    throw error;
  }
}
