import type { ReportContract } from '../../src/shared/reportView.ts';
import { openHost } from '../ui/host.ts';
import { registerToolkit } from '../ui/toolkit.ts';
import { ReportApp } from './app.ts';

registerToolkit();
const app = new ReportApp(openHost<ReportContract>());
void app.start();
