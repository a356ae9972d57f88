//! What registries say of images: commits, and which digests are of one image.

use std::sync::Arc;

use model::event::Event;
use model::fixture::{World, commit, digest, workload};
use model::ids::EnvironmentName;
use model::merge::{details, unasked};
use model::published::Published;
use model::status::Flag;

use crate::{cell, check};

/// A registry's answer: `of the digest a, 993e5fc`, and the digests of its platforms.
fn says(world: World, of: &str, version: &str, platforms: &[&str]) -> World {
    let published = Published {
        digest: digest(of).into(),
        platforms: platforms.iter().map(|of| digest(of).into()).collect(),
        commit: (!version.is_empty()).then(|| commit(version).into()),
        ..Published::default()
    };
    let mut world = world;
    world.events.push(Event::Image(Arc::new(published)));
    world
}

fn agreed(world: &World, environment: &str) -> Vec<String> {
    cell(world, environment).agrees_with.iter().map(ToString::to_string).collect()
}

#[test]
fn the_commit_comes_from_the_registry_when_nothing_nearer_has_it() {
    let world = || World::new("dev").with(&workload("dev shop/cart 1.4.0@a 1/1"));
    check(&world(), "dev: ready 1.4.0 1/1");
    check(&says(world(), "a", "993e5fc", &[]), "dev: ready 993e5fc 1/1");
    check(&says(world(), "b", "993e5fc", &[]), "dev: ready 1.4.0 1/1");
    check(&says(world(), "a", "", &[]), "dev: ready 1.4.0 1/1");
    // Nearer: a record, the tag.
    check(&says(world().record("dev cart 7fc38a2 09:00:00 tag:1.4.0"), "a", "993e5fc", &[]), "dev: ready 7fc38a2 1/1");
    check(&says(World::new("dev").with(&workload("dev shop/cart 7fc38a2@a 1/1")), "a", "993e5fc", &[]), "dev: ready 7fc38a2 1/1");
    let known = cell(&says(world(), "a", "993e5fc", &[]), "dev");
    assert_eq!(known.wanted.unwrap().label.as_deref(), Some("1.4.0"), "the tag stays");
    assert_eq!(known.running[0].version.commit.as_deref(), Some(&*commit("993e5fc")));
}

#[test]
fn a_commit_that_is_learned_changes_nothing_else() {
    let world = World::new("dev").with(&workload("dev shop/cart 1.4.0@a 1/1"));
    let before = world.merge("cart").row.unwrap();
    let after = says(world, "a", "993e5fc", &[]).at("10:00:30").merge_after("cart", &before).row.unwrap();
    let since = |row: &model::board::Row| row.cells[&EnvironmentName::from("dev")].since;
    assert_eq!(since(&after), since(&before));
}

#[test]
fn a_tag_of_which_pods_run_two_images_tells_no_commit() {
    let world =
        World::new("dev").with(&workload("dev shop/cart latest@a 2/2").pod(0, |pod| pod.containers[0].digest = Some(digest("b").into())));
    let world = says(says(world, "a", "993e5fc", &[]), "b", "7fc38a2", &[]);
    let cell = cell(&world, "dev");
    assert_eq!(cell.wanted.unwrap().commit, None);
    assert!(cell.flags.contains(&Flag::MovedTag), "{:?}", cell.flags);
}

#[test]
fn an_index_and_its_platforms_are_one_version() {
    // Container runtimes name either.
    let world = || {
        World::new("dev pre pro")
            .with(&workload("dev shop/cart 1.4.0@index 1/1"))
            .with(&workload("pre shop/cart 1.4.0@amd64 1/1"))
            .with(&workload("pro shop/cart 1.4.0@arm64 1/1"))
    };
    assert!(agreed(&world(), "dev").is_empty());
    assert!(cell(&world(), "pre").flags.contains(&Flag::MovedTag), "nobody knows better");
    let known = says(world(), "index", "", &["amd64", "arm64"]);
    check(&known, "dev: ready 1.4.0 1/1\npre: ready 1.4.0 1/1\npro: ready 1.4.0 1/1");
    assert_eq!(agreed(&known, "dev"), ["pre", "pro"]);
    assert_eq!(agreed(&known, "pro"), ["dev", "pre"], "two platforms of one index");
    assert_eq!(cell(&known, "pre").running[0].version.digest.as_deref(), Some(&*digest("amd64")), "what runs is said as it is");
    // The commit of the index is that of its platforms.
    let known = says(world(), "index", "993e5fc", &["amd64", "arm64"]);
    check(&known, "dev: ready 993e5fc 1/1\npre: ready 993e5fc 1/1\npro: ready 993e5fc 1/1");
}

#[test]
fn a_record_of_the_index_explains_its_platforms() {
    let world = || World::new("dev").with(&workload("dev shop/cart 1.4.0@amd64 1/1")).record("dev cart - 09:00:00 digest:index");
    check(&world(), "dev: ready 1.4.0 1/1");
    let world = || World::new("dev").with(&workload("dev shop/cart latest@amd64 1/1")).record("dev cart 993e5fc 09:00:00 digest:index");
    check(&world(), "dev: ready latest 1/1");
    check(&says(world(), "index", "", &["amd64"]), "dev: ready 993e5fc 1/1");
}

#[test]
fn pods_of_both_digests_are_counted_as_one_version() {
    let mixed = |text: &str| workload(text).pod(0, |pod| pod.containers[0].digest = Some(digest("amd64").into()));
    let world = || World::new("dev").with(&mixed("dev shop/cart 1.4.0@index 3/3"));
    assert_eq!(cell(&world(), "dev").running.len(), 2);
    let known = cell(&says(world(), "index", "", &["amd64"]), "dev");
    assert_eq!((known.running.len(), known.running[0].pods, known.running[0].ready), (1, 3, 3));
    assert!(!known.flags.contains(&Flag::MovedTag));
}

#[test]
fn what_to_ask_for() {
    let asked =
        |world: &World| unasked(&world.index()).into_iter().map(|at| (at.name.to_string(), at.digest.to_string())).collect::<Vec<_>>();
    let cart = ("registry.example/shop/cart".to_owned(), digest("a"));
    let world = || World::new("dev pre").with(&workload("dev shop/cart 1.4.0@a 3/3")).with(&workload("pre shop/cart 1.5.0@a 1/1"));
    assert_eq!(asked(&world()), std::slice::from_ref(&cart), "each image once, whatever its tag");
    assert!(asked(&says(world(), "a", "", &[])).is_empty());
    assert!(asked(&says(world(), "index", "", &["a"])).is_empty(), "its index says it all");
    let recorded = world().record("dev cart 7fc38a2 09:00:00 tag:1.4.0 digest:b");
    assert_eq!(asked(&recorded), [cart, ("registry.example/shop/cart".to_owned(), digest("b"))]);
}

#[test]
fn one_image_under_many_tags_is_one_version() {
    // Between environments.
    let carts = ["dev shop/cart 1.4.0@a 1/1", "pre shop/cart stable@a 1/1", "pro shop/cart 1.3.0@b 1/1"];
    let world = carts.iter().fold(World::new("dev pre pro"), |world, cart| world.with(&workload(cart)));
    assert_eq!((agreed(&world, "dev"), agreed(&world, "pre"), agreed(&world, "pro")), (vec!["pre".into()], vec!["dev".into()], vec![]));
    check(&world, "dev: ready 1.4.0 1/1\npre: ready stable 1/1\npro: ready 1.3.0 1/1");
    // In one rollout, which it still is.
    let rollout = World::new("dev").with(&workload("dev shop/cart stable@a 1/3 old 1.4.0@a 2"));
    check(&rollout, "dev: rolling stable 1/3 | 1 of 3 pods updated, 1 ready");
    let running = cell(&rollout, "dev").running;
    assert_eq!((running.len(), running[0].pods), (1, 3), "{running:?}");
    // In the clusters of one environment.
    let split = World::new("pro=a,b").with(&workload("a shop/cart 1.4.0@a 1/1")).with(&workload("b shop/cart 1.4.0@a 2/2"));
    check(&split, "pro: ready 1.4.0 3/3");
    assert_eq!(cell(&split, "pro").running.len(), 1);
}

#[test]
fn one_tag_with_two_images_is_flagged() {
    // Between environments.
    let world = World::new("dev pre").with(&workload("dev shop/cart latest@a 1/1")).with(&workload("pre shop/cart latest@b 1/1"));
    check(
        &world,
        "dev: ready latest 1/1 [moved-tag] | same tag, different image: pre\npre: ready latest 1/1 [moved-tag] | same tag, different image: dev",
    );
    assert!(agreed(&world, "dev").is_empty());
    // In one rollout: the tag moved, and a restart pulls the new image.
    check(
        &World::new("dev").with(&workload("dev shop/cart latest@b 1/3 old latest@a 2")),
        "dev: rolling latest 1/3 [moved-tag] | 1 of 3 pods updated, 1 ready",
    );
    // In one template: a node that had the tag already.
    let stray = workload("dev shop/cart latest@a 3/3").pod(2, |pod| pod.containers[0].digest = Some(digest("b").into()));
    check(
        &World::new("dev").with(&stray),
        "dev: ready latest 3/3 [moved-tag] | same tag, different images: 2 pods run sha256:af63dd4c8601, 1 pod runs sha256:af63de4c8601",
    );
    // In the clusters of one environment.
    let clusters = World::new("pro=a,b").with(&workload("a shop/cart latest@a 1/1")).with(&workload("b shop/cart latest@b 1/1"));
    check(
        &clusters,
        "pro: ready latest 2/2 [moved-tag] | same tag, different images: 1 pod runs sha256:af63dd4c8601, 1 pod runs sha256:af63de4c8601",
    );
    // A commit that was built twice.
    let built = World::new("dev pre").with(&workload("dev shop/cart 7fc38a2@a 1/1")).with(&workload("pre shop/cart 7fc38a2@b 1/1"));
    assert!(cell(&built, "dev").flags.contains(&Flag::MovedTag));
}

#[test]
fn the_details_say_what_the_registry_says() {
    let world = World::new("dev").with(&workload("dev shop/cart 1.4.0@a 1/3 old 1.3.0@b 2"));
    let world = says(says(world, "index", "993e5fc", &["a"]), "b", "7fc38a2", &[]);
    let details = details(&world.index(), &world.merge("cart").row.unwrap(), &EnvironmentName::from("dev")).unwrap();
    let mut said: Vec<_> = details.images.iter().map(|image| &*image.digest).collect();
    said.sort_unstable();
    let mut expected = [digest("index"), digest("b")];
    expected.sort_unstable();
    assert_eq!(said, expected);
}
