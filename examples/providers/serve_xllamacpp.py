#!/usr/bin/env python3
"""llama.cpp's HTTP server as a process, through the PyPI wheel xllamacpp (no build, no weights needed).

usage: serve_xllamacpp.py MODEL.gguf [--port P] [--ctx N] [--parallel N] [--ctk f16|q8_0|q4_0] [--ctv ...]
       [--threads N] [--slot-save-path DIR] [--alias NAME] [--no-cache-prompt] [--metrics] [--cache-ram MIB] [--unified]
The flags are named after llama-server's.  Prints "listening http://host:port" once the model is loaded.
"""
import argparse, importlib.metadata, importlib.util, os, signal, sys, time

if importlib.util.find_spec("xllamacpp") is None:
    sys.exit("error: Python has no package xllamacpp: pip install xllamacpp")

a = argparse.ArgumentParser()
a.add_argument("--version", action="version", version=f"version: {importlib.metadata.version('xllamacpp')}")
a.add_argument("model"); a.add_argument("--host", default="127.0.0.1"); a.add_argument("--port", type=int, default=8080)
a.add_argument("--ctx", type=int, default=4096); a.add_argument("--parallel", type=int, default=1)
a.add_argument("--ctk", default="f16"); a.add_argument("--ctv", default="f16")
a.add_argument("--threads", type=int, default=2); a.add_argument("--batch", type=int, default=512)
a.add_argument("--slot-save-path", default=""); a.add_argument("--alias", default="")
a.add_argument("--no-cache-prompt", action="store_true"); a.add_argument("--metrics", action="store_true")
a.add_argument("--cache-ram", type=int, default=None); a.add_argument("--unified", action="store_true")
a.add_argument("--verbosity", type=int, default=None)
o = a.parse_args()

import xllamacpp as x    # only now: it takes a moment, and --help needs none of it

p = x.CommonParams()
p.model.path = o.model
p.hostnames = [o.host] if hasattr(p, "hostnames") else None
p.port = o.port
p.n_ctx, p.n_parallel, p.n_batch, p.n_ubatch = o.ctx, o.parallel, o.batch, o.batch
kv = {"f32": x.ggml_type.GGML_TYPE_F32, "f16": x.ggml_type.GGML_TYPE_F16,
      "q8_0": x.ggml_type.GGML_TYPE_Q8_0, "q4_0": x.ggml_type.GGML_TYPE_Q4_0}
p.cache_type_k, p.cache_type_v = kv[o.ctk], kv[o.ctv]
p.cpuparams.n_threads = o.threads
p.cpuparams_batch.n_threads = o.threads
p.endpoint_slots = True
p.endpoint_metrics = o.metrics
p.cache_prompt = not o.no_cache_prompt
p.kv_unified = o.unified
p.warmup = False
if o.cache_ram is not None: p.cache_ram_mib = o.cache_ram
if o.slot_save_path:
    os.makedirs(o.slot_save_path, exist_ok=True)
    p.slot_save_path = o.slot_save_path.rstrip("/") + "/"
if o.alias: p.model_alias = {o.alias}
if o.verbosity is not None: p.verbosity = o.verbosity

# It keeps nothing that has to be put away. A handler of Python's would wait for the main thread, which sleeps on where
# the system gives the signal to a thread of the server.
for sig in (signal.SIGTERM, signal.SIGINT):
    signal.signal(sig, signal.SIG_DFL)
t = time.time()
s = x.Server(p)
print(f"listening {s.listening_address} after {time.time()-t:.2f} s", flush=True)
while True:
    time.sleep(3600)
