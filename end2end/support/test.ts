import { setTimeout } from "node:timers/promises";

import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test as base } from "@playwright/test";

import { type EnvironmentName, World } from "./world.ts";

export { expect };
export { commit, short } from "./world.ts";

/** How much later than usual every page comes alive, in ms: finds the tests that do not wait for it (see CONTRIBUTING.md). */
const late = Number(process.env.RELBOARD_LATE ?? 0);

/**
 * `world` is shared by the tests of a worker; a test that changes a service takes one that no other test looks at.
 * `page` fails its test when the console or the page said anything: hydration mismatches are printed there.
 */
export const test = base.extend<{ board: BoardPage }, { world: World }>({
  world: [
    async ({}, use) => {
      const world = await World.start();
      await use(world);
      await world.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  baseURL: async ({ world }, use) => use(world.url),
  context: async ({ context }, use) => {
    if (late > 0) {
      await context.route(/\/pkg\/.*\.wasm$/, async (route) => {
        await setTimeout(late);
        await route.fallback().catch(() => undefined);
      });
    }
    await use(context);
  },
  board: async ({ page, javaScriptEnabled }, use, info) => {
    const board = new BoardPage(page, javaScriptEnabled !== false);
    await use(board);
    if (info.status === info.expectedStatus) expect(board.complaints, "what the console said").toEqual([]);
  },
});

/** The page in the words of its users. */
export class BoardPage {
  /** Console errors and warnings and uncaught errors, as they came. */
  readonly complaints: string[] = [];
  /** What may be complained of: a test that cuts the connection says so. */
  readonly expected: RegExp[];

  constructor(
    readonly page: Page,
    private readonly scripted: boolean,
  ) {
    // Without scripts nobody uses what was fetched ahead for them.
    this.expected = scripted ? [] : [/was preloaded using link preload but not used/];
    const complain = (text: string) => {
      if (!this.expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
    };
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complain(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complain(`uncaught: ${error.message}`));
  }

  /** Opens a path, and waits until the page is alive when it is to come alive. */
  async open(path = "/"): Promise<void> {
    const answer = await this.page.goto(path);
    expect(answer?.status(), path).toBe(200);
    await this.ready();
  }

  /** Waits until the page is alive when it is to come alive. */
  async ready(): Promise<void> {
    if (this.scripted) await this.alive();
    else await expect(this.state).toHaveAttribute("data-state", "rendered");
  }

  /** Waits until the page was hydrated and receives live updates: what is pressed before is lost. */
  async alive(): Promise<void> {
    await expect(this.state).toHaveAttribute("data-state", "live");
  }

  /** Says whether the board or the wall is live. */
  private get state(): Locator {
    return this.page.locator("[data-state]:is(.connection, .wall)");
  }

  /** Says whether what is shown is live. */
  get connection(): Locator {
    return this.page.locator(".connection");
  }

  get table(): Locator {
    return this.page.getByRole("table", { name: /^(What is deployed where|Qué está desplegado y dónde)$/ });
  }

  get search(): Locator {
    return this.page.getByRole("searchbox");
  }

  get details(): Locator {
    return this.page.getByRole("complementary", { name: /details|detalles/i });
  }

  row(service: string): Locator {
    return this.table.getByRole("row").filter({ has: this.page.getByRole("link", { name: service, exact: true }) });
  }

  cell(service: string, environment: EnvironmentName): Locator {
    return this.row(service).getByRole("cell").nth(["dev", "pre", "pro"].indexOf(environment));
  }

  /** The services on screen, in their order. */
  async services(): Promise<string[]> {
    return this.table.getByRole("rowheader").getByRole("link").allInnerTexts();
  }

  /** What axe finds on the page. */
  async violations(): Promise<string[]> {
    if (this.scripted) return violations(this.page);
    // axe is JavaScript: the page is opened once more where it may run, and the page's own scripts are kept out.
    const browser = this.page.context().browser();
    if (browser === null) throw new Error("no browser");
    const { width, height } = this.page.viewportSize() ?? { width: 1440, height: 900 };
    const context = await browser.newContext({ javaScriptEnabled: true, viewport: { width, height } });
    try {
      const page = await context.newPage();
      await page.route(/\/pkg\/.*\.(js|wasm)$/, (route) => route.abort());
      await page.goto(this.page.url());
      // A page that leads nowhere has no connection.
      await expect(page.locator("[data-state=rendered]:is(.connection, .wall), main.empty")).toBeVisible();
      return await violations(page);
    } finally {
      await context.close();
    }
  }
}

const violations = async (page: Page): Promise<string[]> => {
  // What fades in has its colours only later, and at any moment a wall may turn its page.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const found = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return found.violations
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html}: ${node.failureSummary ?? ""}`));
};
