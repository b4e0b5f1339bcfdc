// Uses pages of `lego view` as people do, in headless Chromium, and prints what happened as JSON.
// node drive_viewer.mjs CHROMIUM HEAD.html FOREIGN.html
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [program, headPage, foreignPage] = process.argv.slice(2);
const FLAGS = `--headless --no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader --disable-quic --no-first-run
  --disable-background-networking --disable-component-update --disable-sync`.split(/\s+/);
const DESK = { width: 780, height: 440 };
const PHONE = { width: 390, height: 844 };

// What the tests look at, inside the page: pictures of the canvas, and where two of them differ.
function tools() {
  const violations = (window.violations = []);
  document.addEventListener("securitypolicyviolation", (event) =>
    violations.push(`${event.violatedDirective} ${event.blockedURI}`),
  );
  window.picture = () => {
    const { stage } = window.lego;
    stage.render();
    const gl = stage.renderer.getContext();
    const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
    const pixels = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return { width, height, pixels };
  };
  window.solid = ({ width, height, pixels }) => {
    let [count, low, high, sum, squares] = [0, height, 0, 0, 0];
    for (let i = 0; i < width * height; i++) {
      if (pixels[4 * i + 3] < 250) continue;
      const row = Math.floor(i / width);
      [low, high] = [Math.min(low, row), Math.max(high, row)];
      [count, sum, squares] = [count + 1, sum + pixels[4 * i], squares + pixels[4 * i] ** 2];
    }
    return { share: count / (width * height), low, high, spread: Math.sqrt(squares / count - (sum / count) ** 2) };
  };
  // Changed pixels from the chin's side (0) to the crown (1), in tenths of the head's height; left and right of the picture.
  window.changes = (one, other) => {
    const { low, high } = window.solid(one);
    const tenths = Array(10).fill(0);
    const sides = [0, 0];
    for (let i = 0; i < one.width * one.height; i++) {
      let most = 0;
      for (let k = 0; k < 4; k++) most = Math.max(most, Math.abs(one.pixels[4 * i + k] - other.pixels[4 * i + k]));
      if (most < 24) continue;
      const at = Math.floor((10 * (Math.floor(i / one.width) - low)) / (high - low + 1));
      if (at >= 0 && at < 10) tenths[at]++;
      sides[i % one.width < one.width / 2 ? 0 : 1]++;
    }
    return { tenths, sides, total: tenths.reduce((sum, value) => sum + value, 0) };
  };
}

const browser = await chromium.launch({ executablePath: program, args: FLAGS });
const context = await browser.newContext({ viewport: DESK, colorScheme: "light", acceptDownloads: true });
await context.addInitScript(tools);
const report = { requests: [], complaints: [] };

async function open(path, until, hash = "") {
  const page = await context.newPage();
  page.on(
    "console",
    (message) => ["error", "warning"].includes(message.type()) && report.complaints.push(message.text()),
  );
  page.on("pageerror", (error) => report.complaints.push(error.message));
  page.on("request", (request) => /^(file|blob|data):/.test(request.url()) || report.requests.push(request.url()));
  await page.goto(pathToFileURL(path).href + hash);
  await page.waitForSelector(`body[data-${until}]`, { timeout: 90000 });
  return page;
}

const still = (page) => page.waitForFunction(() => lego.stage.tickers.size === 0, null, { timeout: 30000 });
const value = (page, ...names) => page.evaluate((asked) => asked.map((name) => lego.rig.get(name)), names);
const keep = (page, name) => page.evaluate((key) => void (window[key] = picture()), name);
const since = (page, name) => page.evaluate((key) => changes(window[key], picture()), name);
const rows = (page) => page.locator(".rows .row:visible").count();

async function press(page, key, on = null) {
  if (on) await on.focus();
  else await page.locator("canvas").focus();
  await page.keyboard.press(key);
}

async function shapes(page) {
  const slider = (group, label) =>
    page.locator("details", { has: page.locator("summary", { hasText: group }) }).getByLabel(label, { exact: true });
  const told = { controls: await page.evaluate(() => lego.rig.controls.length), linkedRows: await rows(page) };
  await keep(page, "rest");
  await press(page, "End", slider("Jaw", "Open"));
  told.jaw = { value: await value(page, "jawOpen"), changed: await since(page, "rest") };
  await press(page, "Backspace");
  await press(page, "End", slider("Jaw", "Open"));
  await press(page, "Backspace", slider("Jaw", "Open"));
  told.back = (await since(page, "rest")).total;
  await press(page, "End", slider("Mouth", "Smile"));
  told.pair = await value(page, "mouthSmileLeft", "mouthSmileRight");
  told.gaze = await press(page, "End", slider("Gaze", "Left")).then(() =>
    value(page, "eyeLookOutLeft", "eyeLookInRight", "eyeLookInLeft"),
  );
  await press(page, "x");
  await press(page, "l");
  told.singleRows = await rows(page);
  await press(page, "End", page.getByLabel("Smile Right"));
  told.single = await value(page, "mouthSmileLeft", "mouthSmileRight");
  told.singleChanged = (await since(page, "rest")).sides;
  await press(page, "x");
  await press(page, "l");
  told.reset = (await since(page, "rest")).total;
  await press(page, "/");
  await page.keyboard.type("blink");
  told.found = await rows(page);
  await page.keyboard.type("xyz");
  told.foundNone = [await rows(page), await page.locator(".empty:visible").textContent()];
  await page.keyboard.press("Escape");
  return told;
}

async function looks(page) {
  const told = {};
  await press(page, "1");
  await still(page);
  told.mood = await page.evaluate(() => ({ values: Object.fromEntries(lego.rig.values), mix: lego.rig.mixes.happy }));
  told.moodChanged = (await since(page, "rest")).total;
  told.moodPressed = await page.locator(".chip[aria-pressed=true]").allTextContents();
  await page.getByLabel("Intensity").fill("0.5");
  told.half = await value(page, "mouthSmileLeft");
  await press(page, "x");
  await page.getByLabel("Style strength").fill("0");
  told.plain = {
    weight: await page.evaluate(() => lego.rig.targets.get("unstyled")[0].mesh.morphTargetInfluences.at(-1)),
    changed: (await since(page, "rest")).total,
  };
  await page.getByLabel("Style strength").fill("1.5");
  told.more = {
    weight: await page.evaluate(() => lego.rig.targets.get("unstyled")[0].mesh.morphTargetInfluences.at(-1)),
    changed: (await since(page, "rest")).total,
  };
  await page.getByLabel("Style strength").fill("1");
  told.strengthBack = (await since(page, "rest")).total;
  told.corrective = await page.evaluate(() => {
    const [{ name, controls }] = lego.rig.correctives;
    lego.rig.set(Object.fromEntries(controls.map((control) => [control, 0.5])));
    const [{ mesh, index }] = lego.rig.targets.get(name);
    const weight = mesh.morphTargetInfluences[index];
    lego.rig.reset();
    return { controls: controls.length, weight };
  });
  await press(page, "w");
  told.wires = (await since(page, "rest")).total;
  await press(page, "w");
  told.wiresOff = (await since(page, "rest")).total;
  const before = await page.evaluate(() => document.documentElement.dataset.theme);
  await press(page, "t");
  told.theme = [
    before,
    await page.evaluate(() => document.documentElement.dataset.theme),
    await page.evaluate(() => getComputedStyle(document.body).color),
  ];
  await press(page, "t");
  await press(page, "ArrowRight");
  told.turned = (await since(page, "rest")).total;
  await press(page, "f");
  await still(page);
  told.home = (await since(page, "rest")).total;
  await press(page, "?");
  told.help = await page.locator("dialog[open] kbd").count();
  await page.keyboard.press("Escape");
  told.helpClosed = (await page.locator("dialog[open]").count()) === 0;
  const download = page.waitForEvent("download");
  await press(page, "s");
  const saved = readFileSync(await (await download).path());
  told.picture = {
    name: (await download).suggestedFilename(),
    png: saved.subarray(1, 4).toString(),
    width: saved.readUInt32BE(16),
    height: saved.readUInt32BE(20),
    bytes: saved.length,
  };
  const focus = page.locator("button:focus-visible");
  await page.locator("canvas").focus();
  await page.keyboard.press("Tab");
  told.focusRing = await focus.evaluate((button) => getComputedStyle(button).outlineStyle);
  return told;
}

async function clips(page) {
  const told = {};
  const at = () => page.evaluate(() => Number(document.querySelector(".player input").value));
  await press(page, " ");
  await page.waitForFunction(() => lego.rig.get("jawOpen") > 0.2, null, { timeout: 30000 });
  await press(page, " ");
  const paused = await at();
  await page.waitForTimeout(150);
  told.paused = [paused, await at()];
  await press(page, ".");
  told.stepped = await at();
  await page.locator(".player input").fill("0.5");
  told.scrubbed = await value(page, "jawOpen");
  told.slider = await page.evaluate(
    () =>
      new Promise((done) =>
        requestAnimationFrame(() =>
          requestAnimationFrame(() =>
            done(
              Number(
                [...document.querySelectorAll(".rows .row")]
                  .find((row) => row.textContent.startsWith("Open"))
                  .querySelector("input").value,
              ),
            ),
          ),
        ),
      ),
  );
  await page.getByLabel("Style strength").fill("0");
  await page.locator(".player input").fill("0.6");
  told.strengthKept = await page.evaluate(() => lego.rig.targets.get("unstyled")[0].mesh.morphTargetInfluences.at(-1));
  await page.getByLabel("Style strength").fill("1");
  await page.locator(".player select").selectOption({ label: "nod" });
  await page.locator(".player input").fill("0.4");
  told.nod = (await since(page, "rest")).total;
  await press(page, ">");
  told.speed = await page.locator(".speed").textContent();
  await press(page, "x");
  told.stopped = (await since(page, "rest")).total;
  return told;
}

async function compare(page) {
  const told = {};
  for (const mode of ["beside", "wipe", "result"]) {
    await press(page, "c");
    told[mode] = (await since(page, "rest")).sides;
    if (mode === "beside") {
      told.heights = await page.evaluate(() => {
        const { width, height, pixels } = picture();
        return [0, 1].map((half) => {
          let [low, high] = [height, 0];
          for (let i = 0; i < width * height; i++) {
            const column = i % width;
            if (pixels[4 * i + 3] < 250 || (column < width / 2 ? 0 : 1) !== half) continue;
            [low, high] = [Math.min(low, Math.floor(i / width)), Math.max(high, Math.floor(i / width))];
          }
          return [low, high];
        });
      });
    }
  }
  return told;
}

async function phone(page) {
  await page.setViewportSize(PHONE);
  await page.waitForTimeout(400);
  const told = await page.evaluate(() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1,
    );
    return {
      scroll: [
        document.documentElement.scrollWidth,
        document.querySelector(".sheet-body").scrollWidth - document.querySelector(".sheet-body").clientWidth,
      ],
      wide: wide.map((element) => `${element.tagName} ${element.className}`).slice(0, 5),
      canvas: box("canvas").height,
      sheet: [box(".sheet").top, box(".sheet").width],
      row: box(".rows .row").height,
      solid: solid(picture()).share,
    };
  });
  await page.locator(".grip").click();
  await page.waitForTimeout(300);
  told.raised = await page.evaluate(() => document.querySelector(".sheet").getBoundingClientRect().top);
  return told;
}

/** What the policy does to a page that is made to call out, or to run what is not its own. */
const attack = (page) =>
  page.evaluate(async () => {
    window.violations.length = 0;
    const called = await fetch("https://example.org/").then(
      () => "answered",
      () => "refused",
    );
    const script = document.createElement("script");
    script.textContent = "window.foreignScript = true";
    document.body.append(script);
    const image = new Image();
    image.src = "https://example.org/pixel.png";
    await new Promise((done) => (image.onerror = image.onload = done));
    return {
      called,
      ran: Boolean(window.foreignScript),
      violations: window.violations.map((text) => text.split(" ")[0]).sort(),
    };
  });

const head = await open(headPage, "lit");
await still(head);
report.drawn = await head.evaluate(() => solid(picture()));
report.shapes = await shapes(head);
report.looks = await looks(head);
report.clips = await clips(head);
report.compare = await compare(head);
report.phone = await phone(head);
report.violations = await head.evaluate(() => window.violations);
const heard = report.complaints.length;
report.attack = await attack(head);
report.complaints.length = heard; // the browser tells of each refusal
report.requests = report.requests.filter((url) => !url.startsWith("https://example.org/"));
await head.close();

const foreign = await open(foreignPage, "ready", "#quality=full"); // all that a graphics card gets, once
report.foreign = await foreign.evaluate(() => ({
  drawn: solid(picture()),
  groups: [...document.querySelectorAll(".group summary")].map((summary) => summary.textContent),
  controls: lego.rig.controls,
  chips: [...document.querySelectorAll(".moods > .chips .chip")].map((chip) => chip.textContent),
  strength: document.querySelector(".strength") !== null,
  title: document.title,
  injected: document.querySelectorAll("#injected").length,
  sliders: document.querySelectorAll(".rows .row").length,
  violations: window.violations,
}));
await keep(foreign, "rest");
await foreign.locator("summary", { hasText: "Other" }).click();
await press(foreign, "End", foreign.locator(".rows .row input").last());
report.foreign.changed = (await since(foreign, "rest")).total;
await press(foreign, "c");
report.foreign.beside = await foreign.evaluate(() => solid(picture()).share);
await browser.close();
console.log(JSON.stringify(report));
