import type { ImportContract } from '../../src/shared/importView.ts';
import { openHost } from '../ui/host.ts';
import { ImportApp } from './app.ts';

const app = new ImportApp(openHost<ImportContract>());
void app.start();
