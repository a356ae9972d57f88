//! The colours of the style sheet, judged by numbers: contrast as WCAG 2.2 counts it, and how far colours are from one another
//! for people who see fewer of them.
//!
//! It reads the tokens of `style/main.css` and composes what the rules below them compose, in light and in dark.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use palette::color_difference::{Ciede2000, Wcag21RelativeContrast};
use palette::{FromColor, Lab, LinSrgb, Mix, Srgb};

/// WCAG AA for text, and for what is no text.
const TEXT: f32 = 4.5;
const MARK: f32 = 3.0;

/// How far any two colours of agreement, and red, are from one another at least, by CIEDE2000 and for everybody. Some 2 are just
/// noticed side by side; the palette of Okabe and Ito, of which five are used, is 10.9 apart at its nearest.
const APART: f32 = 10.0;

/// What a cone that is missing leaves of linear red, green and blue: G. Machado, M. Oliveira, L. Fernandes, “A
/// Physiologically-based Model for Simulation of Color Vision Deficiency”, 2009, severity 1.0.
const SIGHTS: [(&str, [[f32; 3]; 3]); 4] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    ("protanopia", [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]]),
    ("deuteranopia", [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]]),
    ("tritanopia", [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]]),
];

/// The style sheet in one theme.
struct Theme {
    name: &'static str,
    tokens: BTreeMap<String, Srgb>,
    /// How much of an agreement's colour a cell has: on the board, and on the wall.
    tints: [f32; 2],
}

impl Theme {
    fn all() -> [Self; 2] {
        let (board, wall) = (include_str!("../../style/main.css"), include_str!("../../style/wall.css"));
        ["light", "dark"].map(|name| Self {
            name,
            tokens: tokens(board, name),
            tints: [
                tint(board, &format!(":root[data-theme=\"{name}\"] {{")),
                tint(wall, &format!(":root[data-theme=\"{name}\"] .wall {{")),
            ],
        })
    }

    fn token(&self, name: &str) -> Srgb {
        *self.tokens.get(name).unwrap_or_else(|| panic!("there is no --{name}"))
    }

    /// The colours of agreement, in their order.
    fn hues(&self) -> Vec<(String, Srgb)> {
        (0..app::board::hue::HUES).map(|place| format!("hue-{place}")).map(|name| (name.clone(), self.token(&name))).collect()
    }

    /// Every background that text is on in cells that are ready: the neutral ones, and each colour of agreement.
    fn cells(&self) -> Vec<(String, Srgb)> {
        let neutral = ["surface", "raised", "ground"].map(|name| (name.to_owned(), self.token(name)));
        let tinted = self.tints.iter().flat_map(|tint| {
            self.hues().into_iter().map(move |(name, hue)| (format!("{name} at {tint}"), over(hue, *tint, self.token("surface"))))
        });
        neutral.into_iter().chain(tinted).collect()
    }

    #[track_caller]
    fn contrast(&self, what: &str, front: Srgb, back: Srgb, least: f32) {
        let contrast = front.relative_contrast(back);
        assert!(contrast >= least, "{}: {what}: {contrast:.2} is less than {least}", self.name);
    }
}

/// What `color-mix(in srgb, front share, back)` is, or a front that lets the back through.
fn over(front: Srgb, share: f32, back: Srgb) -> Srgb {
    back.mix(front, share)
}

/// `--name: #hex;` and `--name: light-dark(#light, #dark);`.
fn tokens(css: &str, theme: &str) -> BTreeMap<String, Srgb> {
    let declarations = css.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
    let colour = |value: &str| {
        let value = value.split(';').next()?.trim();
        let value = match value.strip_prefix("light-dark(").and_then(|pair| pair.strip_suffix(')')) {
            Some(pair) => pair.split(',').nth(usize::from(theme == "dark"))?.trim(),
            None => value,
        };
        value.starts_with('#').then(|| value.parse::<Srgb<u8>>().unwrap().into_format())
    };
    declarations.filter_map(|(name, value)| Some((name.to_owned(), colour(value)?))).collect()
}

/// `--tint` where a theme is chosen; light is what holds when nothing is.
fn tint(css: &str, rule: &str) -> f32 {
    let declared =
        |text: &str| text.split("--tint: ").nth(1).and_then(|rest| rest.split('%').next()).map(|tint| tint.parse::<f32>().unwrap() / 100.0);
    let of_theme = css.split(rule).nth(1).and_then(|rest| declared(rest.split('}').next().unwrap()));
    of_theme.or_else(|| declared(css)).unwrap()
}

fn seen(colour: Srgb, sight: &[[f32; 3]; 3]) -> Lab {
    let LinSrgb { red, green, blue, .. } = colour.into_linear();
    let [red, green, blue] = sight.map(|row| (row[0] * red + row[1] * green + row[2] * blue).clamp(0.0, 1.0));
    Lab::from_color(LinSrgb::new(red, green, blue))
}

#[test]
fn text_is_read_on_every_colour() {
    for theme in Theme::all() {
        for (name, cell) in theme.cells() {
            theme.contrast(&format!("text on {name}"), theme.token("ink"), cell, TEXT);
        }
        for (name, cell) in theme.cells().into_iter().filter(|(name, _)| !name.ends_with(&theme.tints[1].to_string())) {
            theme.contrast(&format!("small text on {name}"), theme.token("muted"), cell, TEXT);
        }
        // The wall has no muted text on colours.
        for (name, hue) in theme.hues() {
            let cell = over(hue, theme.tints[1], theme.token("surface"));
            theme.contrast(&format!("second line on {name}"), over(theme.token("ink"), 0.82, cell), cell, TEXT);
        }
        for name in ["surface", "ground"] {
            for text in ["red-ink", "amber", "green", "accent"] {
                theme.contrast(&format!("{text} on {name}"), theme.token(text), theme.token(name), TEXT);
            }
        }
    }
}

#[test]
fn red_is_read_in_each_of_its_fills() {
    let white = Srgb::new(1.0, 1.0, 1.0);
    for theme in Theme::all() {
        let (red, surface) = (theme.token("red"), theme.token("surface"));
        theme.contrast("white on solid red", white, red, TEXT);
        theme.contrast("an outline beside the table", red, surface, MARK);
        for share in [0.06, 0.10, 0.15, 0.24] {
            let stripe = over(red, share, surface);
            theme.contrast("text on a stripe", theme.token("ink"), stripe, TEXT);
            theme.contrast("the second line on a stripe", over(theme.token("ink"), 0.78, stripe), stripe, TEXT);
            theme.contrast("red text on a stripe", theme.token("red-ink"), stripe, if share > 0.2 { MARK } else { TEXT });
        }
    }
}

#[test]
fn dots_are_seen_on_every_colour() {
    for theme in Theme::all() {
        for (name, hue) in theme.hues() {
            for tint in theme.tints {
                let cell = over(hue, tint, theme.token("surface"));
                theme.contrast(&format!("dots on {name}"), over(hue, 0.7, theme.token("ink")), cell, MARK);
            }
        }
    }
}

#[test]
fn colours_are_told_apart_whatever_cones_somebody_has() {
    for theme in Theme::all() {
        let mut colours = theme.hues();
        colours.push(("red".to_owned(), theme.token("red")));
        for (sight, matrix) in &SIGHTS {
            for (place, (one, first)) in colours.iter().enumerate() {
                for (other, second) in &colours[place + 1..] {
                    let apart = seen(*first, matrix).difference(seen(*second, matrix));
                    assert!(apart >= APART, "{}, {sight}: {one} and {other} are only {apart:.1} apart", theme.name);
                }
            }
        }
    }
}

#[test]
fn the_judge_is_just() {
    let (black, white): (Srgb, Srgb) = (Srgb::new(0.0, 0.0, 0.0), Srgb::new(1.0, 1.0, 1.0));
    assert!((black.relative_contrast(white) - 21.0_f32).abs() < 0.01);
    // Red and green of one lightness: for whom they are one colour.
    let (red, green) = (Srgb::new(0.82_f32, 0.4, 0.2), Srgb::new(0.53, 0.53, 0.2));
    let apart = |sight: usize| seen(red, &SIGHTS[sight].1).difference(seen(green, &SIGHTS[sight].1));
    assert!(apart(0) > 25.0 && apart(2) < 10.0, "{} {}", apart(0), apart(2));
    assert_eq!(tokens(":root {\n  --a: light-dark(#fff, #000);\n  --b: #123456; }", "dark").len(), 2);
}
