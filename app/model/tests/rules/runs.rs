//! CronJobs and Jobs: runs that end.

use model::fixture::{Deployed, World, at, condition, cron_job, job, warning, workload};
use model::workload::{Kind, Special};

use crate::{cell, check};

fn dev(deployed: &[&Deployed]) -> World {
    deployed.iter().fold(World::new("dev").listed("dev", Kind::Job), |world, deployed| world.with(deployed))
}

fn nightly() -> Deployed {
    cron_job("dev shop/cart 7fc38a2")
}

fn run(name: &str, version: &str) -> Deployed {
    job(&format!("dev shop/{name} {version}")).run_of(&nightly())
}

const FAILED: &str = "BackoffLimitExceeded: Job has reached the specified backoff limit; container app exited with 1 (Error)";

#[test]
fn a_cron_job_is_as_its_last_run_was() {
    let first = || run("cart-1", "7fc38a2").made("09:00:00");
    let second = || run("cart-2", "7fc38a2").made("09:30:00");
    check(&dev(&[&nightly()]), "dev: ready 7fc38a2 0/0 | it has not run yet; its schedule is 0 3 * * *");
    check(&dev(&[&nightly(), &first().complete("09:01:00")]), "dev: ready 7fc38a2 1/1");
    check(
        &dev(&[&nightly(), &first().failed("09:01:00")]),
        &format!("dev: failing 7fc38a2 0/1 | the last run failed at 2026-11-20 09:01:00 UTC: {FAILED}"),
    );
    // The newest of them counts, in whatever order they are named.
    check(&dev(&[&nightly(), &first().failed("09:01:00"), &second().complete("09:31:00")]), "dev: ready 7fc38a2 1/1");
    check(
        &dev(&[&nightly(), &first().complete("09:01:00"), &second().failed("09:31:00")]),
        &format!("dev: failing 7fc38a2 0/1 | the last run failed at 2026-11-20 09:31:00 UTC: {FAILED}"),
    );
}

#[test]
fn a_run_on_time_is_no_rollout() {
    let first = || run("cart-1", "7fc38a2").made("09:00:00");
    let second = || run("cart-2", "7fc38a2").made("09:59:00");
    check(&dev(&[&nightly(), &first().complete("09:01:00"), &second()]), "dev: ready 7fc38a2 0/1 | running since 2026-11-20 09:00:00 UTC");
    // It is red until a run has ended well.
    check(
        &dev(&[&nightly(), &first().failed("09:01:00"), &second()]),
        &format!("dev: failing 7fc38a2 0/1 | the last run failed at 2026-11-20 09:01:00 UTC: {FAILED}; it is running again"),
    );
    let stuck = second().pod(0, |pod| pod.set_waiting("InvalidImageName", "no"));
    check(&dev(&[&nightly(), &first().complete("09:01:00"), &stuck]), "dev: failing 7fc38a2 0/1 | InvalidImageName: no");
}

#[test]
fn a_run_of_the_image_before_proves_nothing() {
    let old = || run("cart-1", "993e5fc").made("09:00:00");
    check(
        &dev(&[&nightly(), &old().complete("09:01:00")]),
        "dev: ready 7fc38a2 1/1 | the wanted image has not run yet; the last run ended well at 2026-11-20 09:01:00 UTC",
    );
    check(&dev(&[&nightly(), &old()]), "dev: rolling 7fc38a2 0/1 | 1 pod of another image left from a run before");
}

#[test]
fn a_suspended_cron_job_is_paused() {
    let suspended = nightly().change(|w| {
        if let Special::CronJob(schedule) = &mut w.special {
            schedule.suspended = true;
        }
    });
    let failed = run("cart-1", "7fc38a2").failed("09:01:00");
    check(&dev(&[&suspended]), "dev: paused 7fc38a2 0/0 | suspended; it has not run yet");
    check(
        &dev(&[&suspended, &failed]),
        &format!("dev: paused 7fc38a2 0/1 | suspended; the last run failed at 2026-11-20 09:01:00 UTC: {FAILED}"),
    );
}

#[test]
fn a_run_that_gets_no_pods_is_failing() {
    let refused = run("cart-1", "7fc38a2").without_pod(0);
    let job = &refused.workload;
    let quota = "Error creating: pods \"cart-1-x\" is forbidden: exceeded quota";
    let event = warning((Kind::Job, &job.name, &job.uid), "FailedCreate", quota, "09:59:00");
    let expected = format!("dev: failing 7fc38a2 0/1 | FailedCreate: {quota}");
    check(&dev(&[&nightly(), &refused]).fact("dev", event.clone()), &expected);
    let alone = refused.change(|w| {
        w.service = "cart".into();
        w.special = Special::Job(model::workload::JobRun::default());
    });
    check(&dev(&[&alone]).fact("dev", event), &expected);
}

#[test]
fn its_jobs_are_no_rows() {
    let world = dev(&[&nightly(), &run("cart-1", "7fc38a2")]);
    let index = world.index();
    assert_eq!(index.services().map(ToString::to_string).collect::<Vec<_>>(), ["cart"]);
    // A Job that comes before its CronJob is found all the same, and what it says later touches the row.
    let world = dev(&[&run("cart-1", "7fc38a2").failed("09:01:00"), &nightly()]);
    assert_eq!(cell(&world, "dev").status.as_str(), "failing");
    let (target, now) = (world.target("dev"), world.now);
    let mut index = world.index();
    let fact = model::workload::Fact::Workload(Box::new(run("cart-1", "7fc38a2").complete("09:01:00").workload));
    let touched = index.apply(model::event::Event::Seen { target, fact, at: now });
    assert!(touched.services.contains("cart"));
    let name = model::ids::ObjectName::new("shop", "cart-1");
    let touched = index.apply(model::event::Event::Gone { target, kind: Kind::Job, name, at: now });
    assert!(touched.services.contains("cart"));
}

#[test]
fn a_job_is_ready_when_it_has_ended_well() {
    let migrate = || job("dev shop/cart 7fc38a2");
    check(&dev(&[&migrate()]), "dev: rolling 7fc38a2 0/1 | running, 0 of 1 pod done");
    check(&dev(&[&migrate().complete("09:01:00")]), "dev: ready 7fc38a2 1/1");
    check(&dev(&[&migrate().failed("09:01:00")]), &format!("dev: failing 7fc38a2 0/1 | {FAILED}"));
    let first_failed = migrate().change(|w| {
        if let Special::Job(run) = &mut w.special {
            run.failed = 1;
        }
    });
    check(&dev(&[&first_failed]), "dev: rolling 7fc38a2 0/1 | running, 0 of 1 pod done, 1 failed");
    let suspended = migrate().change(|w| {
        if let Special::Job(run) = &mut w.special {
            run.suspended = true;
        }
    });
    check(&dev(&[&suspended]), "dev: paused 7fc38a2 0/1 | suspended");
    // Its pods may be gone long before it is.
    check(&dev(&[&migrate().complete("09:01:00").without_pod(0)]), "dev: ready 7fc38a2 1/1");
    // It has failed before its last pods are gone.
    let failing = migrate().change(|w| w.conditions = [condition("FailureTarget", "True", "DeadlineExceeded", "too long")].into());
    check(&dev(&[&failing]), "dev: failing 7fc38a2 0/1 | DeadlineExceeded: too long");
}

#[test]
fn a_completed_job_has_a_version_to_compare() {
    let world =
        World::new("dev pre").with(&job("dev shop/cart 1.4@a").complete("09:01:00")).with(&job("pre shop/cart 1.4@b").complete("09:01:00"));
    assert_eq!(cell(&world, "dev").reason, "same tag, different image: pre");
}

#[test]
fn of_several_jobs_of_a_service_the_newest_counts() {
    let old = job("dev shop/cart-migrate-1 993e5fc").job_of("cart").made("08:00:00").failed("08:01:00");
    let new = job("dev shop/cart-migrate-2 7fc38a2").job_of("cart").made("09:00:00").complete("09:01:00");
    check(&dev(&[&old, &new]), "dev: ready 7fc38a2 1/1");
    // Another Job is no later run of it.
    let seed = job("dev shop/cart-seed 7fc38a2").job_of("cart").made("09:00:00").complete("09:01:00");
    assert_eq!(cell(&dev(&[&old, &seed]), "dev").status.as_str(), "failing");
}

#[test]
fn a_job_beside_what_stays_is_no_canary() {
    let stays = workload("dev shop/cart 7fc38a2 3/3");
    let migrated = job("dev shop/cart-migrate 993e5fc").job_of("cart").made("08:00:00").complete("08:01:00");
    check(&dev(&[&stays, &migrated]), "dev: ready 7fc38a2 3/3");
    let failed = job("dev shop/cart-migrate 7fc38a2").job_of("cart").failed("09:01:00");
    check(&dev(&[&stays, &failed]), &format!("dev: failing 7fc38a2 3/3 | cart-migrate: {FAILED}"));
    let cron = cron_job("dev shop/cart-nightly 993e5fc").of("cart", "");
    check(&dev(&[&stays, &cron]), "dev: ready 7fc38a2 3/3");
}

#[test]
fn runs_that_nobody_may_read_are_unknown() {
    check(
        &World::new("dev").with(&nightly()),
        "dev: unknown 7fc38a2 0/0 | the jobs in dev-cluster may not be read, so nobody knows what runs: grant list and watch on jobs",
    );
}

#[test]
fn records_of_a_cron_job() {
    let done = run("cart-1", "7fc38a2").complete("09:01:00");
    let world = dev(&[&nightly(), &done]).record("dev cart 993e5fc 09:30:00");
    assert_eq!(cell(&world, "dev").status.as_str(), "drifted");
    assert_eq!(cell(&world.at("09:30:30"), "dev").since.unwrap_or(at("09:30:00")), at("09:30:00"));
}
