// @ts-check
/** The Python worker's entry: offers python-thread.js to the page. It has no file handle and asks no network for data. */

import { PythonThread } from "./python-thread.js";
import * as Comlink from "./shared/comlink.js";

Comlink.expose(new PythonThread());
