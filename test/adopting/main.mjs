// A service of an adopter's own: its gateways, its brand, one text changed. Nothing of the source is touched.
import { readEnvironment } from 'pushguard/environment';
import { startService } from 'pushguard/service';

const told = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const push = { send: async (message) => (told({ push: message }), { kind: 'accepted' }) };
const sms = { send: async (message) => (told({ sms: message }), { kind: 'accepted', messageId: message.to }) };
const brand = {
  service: { ko: '가온인증', en: 'Gaon Verify' },
  carrier: { ko: '가온통신', en: 'Gaon Telecom' },
  callCentre: '1600-0000',
  colour: { light: '#7a1fa2', dark: '#d9a6f0' },
};
const words = { customers: { ko: { home: { title: '내 인증번호는 내 휴대폰에서만' } } } };

const service = await startService({ environment: readEnvironment(process.env), push, sms, brand, words });
process.once('SIGTERM', () => service.stop().then(() => process.exit(0)));
told({ started: true });
