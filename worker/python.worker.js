// @ts-check
/** The Python worker's thread: python.js, offered to the page. It has no file handle and asks no network for data. */
import * as Comlink from "../vendor/comlink.mjs";
import { PythonThread } from "./python-thread.js";

Comlink.expose(new PythonThread());
