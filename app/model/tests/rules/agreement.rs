//! Which environments agree.

use model::agreement::groups;
use model::fixture::{World, commit, digest, workload};
use model::version::Version;
use proptest::prelude::*;

use crate::{cell, check};

/// `7 7 9 -`: the versions of four environments, and the groups as `ab.c`: places of one letter agree.
#[track_caller]
fn agree(versions: &str, expected: &str) {
    let names: Vec<String> = versions.split_whitespace().map(str::to_owned).collect();
    let columns: Vec<String> = (0..names.len()).map(|n| format!("e{n}")).collect();
    let world = World::new(&columns.join(" "));
    let deployed = names.iter().zip(&columns).filter(|(version, _)| *version != "-");
    let world = deployed.fold(world, |world, (version, column)| world.with(&workload(&format!("{column} shop/cart {version} 1/1"))));
    let row = world.merge("cart").row.expect("a row");
    let shown: Vec<String> = columns
        .iter()
        .map(|column| {
            let agrees = &row.cells[&model::ids::EnvironmentName::from(column.as_str())].agrees_with;
            let agrees: Vec<_> = agrees.iter().map(|name| name.as_str().trim_start_matches('e')).collect();
            if agrees.is_empty() { "-".to_owned() } else { agrees.join(",") }
        })
        .collect();
    assert_eq!(shown.join(" "), expected, "{versions}");
}

#[test]
fn groups_of_any_number_of_environments() {
    agree("7fc38a2 7fc38a2", "1 0");
    agree("7fc38a2 993e5fc", "- -");
    agree("7fc38a2 7fc38a2 7fc38a2", "1,2 0,2 0,1");
    agree("7fc38a2 7fc38a2 993e5fc", "1 0 -");
    agree("7fc38a2 993e5fc 993e5fc", "- 2 1");
    agree("7fc38a2 993e5fc 7fc38a2", "2 - 0");
    agree("7fc38a2 - 7fc38a2", "2 - 0");
    agree("7fc38a2 993e5fc aaa1111", "- - -");
    agree("7fc38a2 7fc38a2 993e5fc 993e5fc", "1 0 3 2");
    agree("7fc38a2 993e5fc 7fc38a2 993e5fc 1.4", "2 3 0 1 -");
    agree("7fc38a2 7fc38a2 993e5fc 993e5fc 7fc38a2 1.4", "1,4 0,4 3 2 0,1 -");
}

#[test]
fn a_moved_tag_does_not_agree() {
    let world = World::new("dev pre").with(&workload("dev shop/cart latest@a 1/1")).with(&workload("pre shop/cart latest@b 1/1"));
    check(
        &world,
        "dev: ready latest 1/1 [moved-tag] | same tag, different image: pre
         pre: ready latest 1/1 [moved-tag] | same tag, different image: dev",
    );
    assert!(cell(&world, "dev").agrees_with.is_empty());
    let pods =
        World::new("dev").with(&workload("dev shop/cart latest@a 2/2").pod(0, |pod| pod.containers[0].digest = Some(digest("b").into())));
    assert_eq!(cell(&pods, "dev").flags[1].as_str(), "moved-tag");
}

#[test]
fn tags_by_other_names_agree_by_digest() {
    agree("1.4@a stable@a", "1 0");
}

#[test]
fn behind_only_where_records_tell() {
    let world = World::new("dev pre").with(&workload("dev shop/cart 993e5fc 1/1")).with(&workload("pre shop/cart 7fc38a2 1/1"));
    check(
        &world.clone().record("dev cart 993e5fc 09:00:00").record("pre cart 7fc38a2 08:00:00"),
        "dev: ready 993e5fc 1/1
         pre: ready 7fc38a2 1/1 [behind]",
    );
    check(
        &world.clone().record("dev cart 993e5fc 07:00:00").record("pre cart 7fc38a2 08:00:00"),
        "dev: ready 993e5fc 1/1
         pre: ready 7fc38a2 1/1",
    );
    check(
        &world.record("dev cart 993e5fc 09:00:00"),
        "dev: ready 993e5fc 1/1
         pre: ready 7fc38a2 1/1",
    );
}

fn any_version() -> impl Strategy<Value = Option<Version>> {
    let part = |values: Vec<String>| proptest::option::of(proptest::sample::select(values));
    let parts =
        (part(vec![commit("7fc38a2"), commit("993e5fc")]), part(vec!["latest".into(), "v1".into()]), part(vec![digest("a"), digest("b")]));
    proptest::option::of(parts.prop_map(|(commit, label, digest)| Version {
        commit: commit.map(Into::into),
        label: label.map(Into::into),
        digest: digest.map(Into::into),
        index: None,
    }))
}

proptest! {
    #[test]
    fn groups_are_a_partition(versions in prop::collection::vec(any_version(), 2..7)) {
        let others = groups(&versions.iter().map(Option::as_ref).collect::<Vec<_>>());
        for (a, mine) in others.iter().enumerate() {
            prop_assert!(mine.is_sorted() && !mine.contains(&a));
            for b in mine {
                prop_assert!(others[*b].contains(&a), "symmetric");
                prop_assert!(versions[a].as_ref().unwrap().compare(versions[*b].as_ref().unwrap()) == model::version::Sameness::Same);
                let with = |list: &[usize], one: usize| { let mut all = list.to_vec(); all.push(one); all.sort_unstable(); all };
                prop_assert_eq!(with(mine, a), with(&others[*b], *b), "transitive");
            }
        }
    }
}
