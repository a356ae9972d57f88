use std::collections::{BTreeMap, BTreeSet};

use model::ids::ServiceName;
use proptest::prelude::*;

use super::{Now, Round, Sheet, Turn};
use crate::wall::ranking::{Fit, Ranking};

/// Services in the order of a wall: trouble, a bar, and the others.
fn ranking(text: &str) -> Ranking {
    let (trouble, calm) = text.split_once('|').unwrap();
    let names = |text: &str| text.split_whitespace().map(ServiceName::from).collect();
    Ranking { trouble: names(trouble), calm: names(calm), ..Ranking::default() }
}

/// So many services, some of which fail.
fn of(failing: usize, ready: usize) -> Ranking {
    let names = |what: &str, number: usize| (0..number).map(|row| format!("{what}{row:02} ")).collect::<String>();
    ranking(&format!("{}|{}", names("failing", failing), names("ready", ready)))
}

fn written(sheet: &Sheet) -> String {
    let rows = sheet.rows.iter().map(ServiceName::as_str).collect::<Vec<_>>().join(" ");
    format!("{}/{} {rows}", sheet.number + 1, sheet.of)
}

const fn rows(rows: usize) -> Fit {
    Fit { rows, columns: 12 }
}

#[test]
fn pages_are_as_equal_as_can_be_and_together_show_everything() {
    for (failing, ready, fit, pages) in [
        (0, 0, 10, 1),
        (0, 10, 10, 1),
        (0, 11, 10, 2),
        (0, 500, 10, 50),
        (3, 30, 10, 5),
        (5, 10, 10, 2),
        (6, 6, 10, 2),
        (40, 0, 10, 4),
        (1, 3, 1, 4),
    ] {
        let ranking = of(failing, ready);
        let now = Now { ranking: &ranking, fit: rows(fit), columns: 2 };
        let mut round = Round::default();
        let mut sheets = Vec::new();
        for _ in 0..pages {
            sheets.push(round.sheet(now));
            round.turn(Turn::Next, now);
        }
        let sizes: Vec<_> = sheets.iter().map(|sheet| sheet.rows.len()).collect();
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        assert!(most - least <= 1 && *most <= fit, "{failing} {ready}: {sizes:?}");
        assert!(sheets.iter().all(|sheet| sheet.of == pages), "{failing} {ready}");
        let shown: BTreeSet<_> = sheets.iter().flat_map(|sheet| sheet.rows.clone()).collect();
        assert_eq!(shown.len(), failing + ready);
        assert_eq!(round.sheet(now), sheets[0], "after the last comes the first");
        for sheet in sheets.iter().rev() {
            round.turn(Turn::Back, now);
            assert_eq!(round.sheet(now), *sheet, "and back");
        }
        let mut there = Round::starting(pages * 3 + pages / 2);
        assert_eq!(there.sheet(now), sheets[pages / 2], "it begins where it is told to");
    }
}

/// Plays a round on a screen with room for four rows. Each step is `>` or `<` to turn the page, or the services from then on;
/// the pages are what is to be seen after each.
fn play(steps: &[(&str, &str)]) {
    let mut round = Round::default();
    let mut services = Ranking::default();
    for (number, (step, expected)) in steps.iter().enumerate() {
        match *step {
            ">" => round.turn(Turn::Next, Now { ranking: &services, fit: rows(4), columns: 2 }),
            "<" => round.turn(Turn::Back, Now { ranking: &services, fit: rows(4), columns: 2 }),
            other => services = ranking(other),
        }
        let sheet = round.sheet(Now { ranking: &services, fit: rows(4), columns: 2 });
        assert_eq!(written(&sheet), *expected, "after step {number}, `{step}`");
    }
}

#[test]
fn a_little_trouble_stays_and_much_of_it_turns() {
    play(&[("x y | a b c d", "1/2 x y a b"), (">", "2/2 x y c d"), (">", "1/2 x y a b")]);
    play(&[("x y z | a b c", "1/2 x y z"), (">", "2/2 a b c")]);
}

#[test]
fn what_changes_its_place_is_neither_skipped_nor_forgotten() {
    // What is shown stays, whatever is newer.
    play(&[("| a b c d e f", "1/2 a b c"), ("| f e d c b a", "1/2 a b c"), (">", "2/2 f e d"), (">", "1/2 f e d")]);
    // What was shown fails: it is on top, and what has no room any more comes next.
    play(&[("| a b c d e f g h", "1/2 a b c d"), (">", "2/2 e f g h"), ("a | b c d e f g h", "2/3 a e f g"), (">", "3/3 a h")]);
    // What was not shown yet fails, and recovers while the page is shown: it stays there until it turns.
    play(&[
        ("| a b c d e f g h", "1/2 a b c d"),
        ("h | a b c d e f g", "1/3 h a b c"),
        ("| h a b c d e f g", "1/2 h a b c"),
        (">", "2/2 d e f g"),
        (">", "1/2 h a b c"),
    ]);
    // Trouble that comes and goes does not keep the others away: what other pages showed makes room first.
    play(&[
        ("x y | a b c d", "1/2 x y a b"),
        ("z w | x y a b c d", "1/3 z w x y"),
        (">", "2/3 z w a b"),
        ("x y | z w a b c d", "2/3 x y a b"),
        (">", "3/3 x y c d"),
    ]);
    // Much trouble: what fails after it was shown comes next, once.
    play(&[
        ("x y z | a b c d e", "1/2 x y z a"),
        ("x y z a b | c d e", "1/2 x y z a"),
        (">", "2/2 b c d e"),
        ("x y z a b c | d e", "2/2 b c d e"),
        ("x y z a | b c d e", "2/2 b c d e"),
    ]);
    play(&[
        ("x y z | a b c d e", "1/2 x y z a"),
        (">", "2/2 b c d e"),
        ("x y z a | b c d e", "2/3 b c d e"),
        ("x y z | a b c d e", "2/2 b c d e"),
        ("x y z a | b c d e", "2/3 b c d e"),
        (">", "3/3 a"),
        ("x y z | a b c d e", "3/3 a"),
        ("x y z a | b c d e", "3/3 a"),
        (">", "1/2 x y z a"),
    ]);
}

#[test]
fn what_comes_finds_room_and_what_goes_leaves_it() {
    play(&[("| a b", "1/1 a b"), ("c | a b d", "1/1 c a b d"), ("c e | a b d", "1/2 c e a b"), (">", "2/2 c e d")]);
    play(&[("| a b c d e f", "1/2 a b c"), ("| b c d e f", "1/2 b c"), ("| a b c d e f", "1/2 a b c")]);
    // Of a page of which everything went nothing is shown.
    play(&[("| a b c d e f", "1/2 a b c"), (">", "2/2 d e f"), ("| a b c", "1/1 a b c")]);
    play(&[("| a b c d e f g h i", "1/3 a b c"), (">", "2/3 d e f"), ("| a b c g h i", "2/2 g h i"), ("|", "1/1 ")]);
}

#[test]
fn arrows_lead_back_to_what_was_shown() {
    play(&[
        ("| a b c d e f g h i", "1/3 a b c"),
        (">", "2/3 d e f"),
        ("| i a b c d e f g h", "2/3 d e f"),
        ("<", "1/3 a b c"),
        ("x | i b c d e f g h", "1/3 x b c"),
        (">", "2/3 x d e f"),
        (">", "3/3 x i g h"),
        (">", "1/3 x i b"),
        ("<", "3/3 x f g h"),
        ("<", "2/3 x c d e"),
        (">", "3/3 x f g h"),
        (">", "1/3 x i b"),
    ]);
}

#[test]
fn columns_that_do_not_fit_turn_too() {
    let ranking = of(0, 4);
    let now = Now { ranking: &ranking, fit: rows(2), columns: 26 };
    let mut round = Round::default();
    let mut seen = Vec::new();
    for _ in 0..6 {
        let sheet = round.sheet(now);
        seen.push((sheet.columns.clone(), written(&sheet)));
        round.turn(Turn::Next, now);
    }
    let page = |columns, text: &str| (columns, text.to_owned());
    assert_eq!(
        seen,
        [
            page(0..8, "1/6 ready00 ready01"),
            page(8..17, "2/6 ready00 ready01"),
            page(17..26, "3/6 ready00 ready01"),
            page(0..8, "4/6 ready02 ready03"),
            page(8..17, "5/6 ready02 ready03"),
            page(17..26, "6/6 ready02 ready03"),
        ]
    );
    round.turn(Turn::Back, now);
    assert_eq!(round.sheet(now).columns, 17..26);
}

#[test]
fn a_page_has_as_many_rows_as_fit_now() {
    let ranking = ranking("| a b c d e f g h i j k l");
    let mut round = Round::default();
    for (fit, expected) in [(10, "1/2 a b c d e f"), (5, "1/3 a b c d"), (12, "1/1 a b c d e f g h i j k l"), (4, "1/3 a b c d")] {
        assert_eq!(written(&round.sheet(Now { ranking: &ranking, fit: rows(fit), columns: 2 })), expected);
    }
}

/// What happens to a wall.
#[derive(Clone, Debug)]
enum Step {
    /// A service is this from now on.
    Is(usize, Is),
    /// The wall is painted.
    Paint,
    /// So many rows fit.
    Fits(usize),
    /// The page turns.
    Next,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Trouble,
    Calm,
    Gone,
}

const SERVICES: usize = 14;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let is = prop_oneof![3 => Just(Is::Trouble), 4 => Just(Is::Calm), 1 => Just(Is::Gone)];
    let step = prop_oneof![
        6 => (0..SERVICES, is).prop_map(|(service, is)| Step::Is(service, is)),
        3 => Just(Step::Paint),
        1 => (1_usize..7).prop_map(Step::Fits),
        3 => Just(Step::Next),
    ];
    proptest::collection::vec(step, 1..160)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_round_shows_every_service_that_is_there_throughout(steps in steps(), columns in 1_usize..4) {
        let name = |service: usize| ServiceName::from(format!("service-{service:02}").as_str());
        let all = || (0..SERVICES).map(name);
        let mut are: BTreeMap<ServiceName, Is> = all().map(|name| (name, Is::Calm)).collect();
        // The newest change first.
        let mut order: Vec<ServiceName> = all().collect();
        let ranking = |are: &BTreeMap<ServiceName, Is>, order: &[ServiceName]| {
            let those = |is: Is| order.iter().filter(|name| are[*name] == is).cloned().collect();
            Ranking { trouble: those(Is::Trouble), calm: those(Is::Calm), ..Ranking::default() }
        };
        let mut fit = Fit { rows: 4, columns: 1 };
        let mut round = Round::default();
        let mut sheet = round.sheet(Now { ranking: &ranking(&are, &order), fit, columns });
        // What was shown in full, when its page turned; and what was shown while it was trouble.
        let mut shown: BTreeMap<ServiceName, BTreeSet<usize>> = BTreeMap::new();
        let mut alarmed: BTreeSet<ServiceName> = BTreeSet::new();
        // What was there throughout this round, and what was trouble at the last paint and is still.
        let mut there: BTreeSet<ServiceName> = all().collect();
        let mut painted_trouble: BTreeSet<ServiceName> = BTreeSet::new();
        let mut turns = 0;

        // However long it takes, in the end the round ends.
        for step in steps.into_iter().chain((0..200).map(|_| Step::Next)) {
            let turned = matches!(step, Step::Next);
            match step {
                Step::Is(service, is) => {
                    let name = name(service);
                    if is == Is::Gone {
                        there.remove(&name);
                    }
                    if is != Is::Trouble {
                        painted_trouble.remove(&name);
                    }
                    are.insert(name.clone(), is);
                    order.retain(|other| *other != name);
                    order.insert(0, name);
                    continue;
                }
                Step::Fits(rows) => fit.rows = rows,
                Step::Paint => {}
                Step::Next => {
                    for name in &sheet.rows {
                        shown.entry(name.clone()).or_default().extend(sheet.columns.clone());
                    }
                    let now = ranking(&are, &order);
                    round.turn(Turn::Next, Now { ranking: &now, fit, columns });
                    turns += 1;
                }
            }
            let before = sheet.number;
            let now = ranking(&are, &order);
            sheet = round.sheet(Now { ranking: &now, fit, columns });
            prop_assert!(sheet.rows.len() <= fit.rows, "{sheet:?} does not fit {fit:?}");
            prop_assert_eq!(sheet.rows.iter().collect::<BTreeSet<_>>().len(), sheet.rows.len(), "a row is on a page once");
            prop_assert!(sheet.rows.iter().all(|name| are[name] != Is::Gone));
            prop_assert_eq!(sheet.rows.is_empty(), are.values().all(|is| *is == Is::Gone), "no page is empty");
            prop_assert!(sheet.number < sheet.of);
            alarmed.extend(sheet.rows.iter().filter(|name| are[*name] == Is::Trouble).cloned());
            // Whoever turns comes to a later page, or the round was at its end. Without a turn it ends when everything on the page went.
            let rounds_end = sheet.number < before || turned && sheet.number == before;
            if rounds_end {
                for name in &there {
                    let columns_of = shown.get(name).map_or(0, BTreeSet::len);
                    prop_assert_eq!(columns_of, columns, "{} was there throughout, and is to be shown in full", name);
                }
                for name in &painted_trouble {
                    prop_assert!(alarmed.contains(name), "{} is trouble, and was not shown to be so", name);
                }
                shown.clear();
                alarmed = sheet.rows.iter().cloned().collect();
                there = are.iter().filter(|(_, is)| **is != Is::Gone).map(|(name, _)| name.clone()).collect();
                turns = 0;
            }
            prop_assert!(turns <= columns * (2 * SERVICES + 2), "a round ends");
            painted_trouble = are.iter().filter(|(_, is)| **is == Is::Trouble).map(|(name, _)| name.clone()).collect();
        }
    }
}
