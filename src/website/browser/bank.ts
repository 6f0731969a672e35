import { copyOnPress } from './page/copy.ts';
import { showPhoneBeside } from './page/phone-beside.ts';

showPhoneBeside();
copyOnPress();
