import json, subprocess, sys, tempfile, os, collections
mods = sys.argv[1:]
for spec in mods:
    mod, _, scene = spec.partition(":")
    scene = scene or "plait"
    done = set()
    out = {}
    for attempt in range(12):
        with tempfile.NamedTemporaryFile("r") as f:
            p = subprocess.run([sys.executable, "-m", "tests.cpython.child", mod, scene, f.name], input=json.dumps(sorted(done)), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            lines = [json.loads(l) for l in f]
        last = None
        ended = False
        for what, test, text in lines:
            if what == "start": last = test
            elif what == "end": ended = True
            else: out[test] = (what, text); done.add(test); last = None
        if ended: break
        if last is None:
            print("DIED", p.stdout[-3000:]); break
        out[last] = ("crashed", p.stdout[-3000:]); done.add(last)
    c = collections.Counter(w for w, _ in out.values())
    print("=====", mod, scene, dict(c))
    log = open(f"/tmp/cpy-{sys.version_info[1]}-{mod}-{scene}.log", "w")
    for t, (w, text) in out.items():
        if w not in ("passed", "skipped"):
            print(w, t, "|", text.strip().splitlines()[-1][:150] if text.strip() else "")
            print("#####", w, t, "\n", text, file=log)
