import * as vscode from 'vscode';
import type { ToHost, ToView, Wire } from '../../../shared/rpc.ts';
import { viewHtml } from '../../views/html.ts';

/** The wire to a webview, for `serveView`. */
export function openWire(webview: vscode.Webview): Wire<ToView, ToHost> {
  return {
    send: (message) => void webview.postMessage(message),
    listen(receive) {
      const listening = webview.onDidReceiveMessage((message: ToHost) => receive(message));
      return () => listening.dispose();
    },
  };
}

/** Shows a view of ours, by the name of its bundle. */
export function showView(webview: vscode.Webview, extensionUri: vscode.Uri, name: string): void {
  const resources = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  webview.options = { enableScripts: true, localResourceRoots: [resources] };
  const script = webview.asWebviewUri(vscode.Uri.joinPath(resources, `${name}.js`)).toString();
  webview.html = viewHtml({ script, cspSource: webview.cspSource });
}
